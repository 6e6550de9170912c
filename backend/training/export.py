"""Put the trained parts together as the embedded model: a diffusers folder in float16.

python -m training.export --out backend/tilebake/embedded
python -m training.export --vae backend/tilebake/embedded/vae   # with an autoencoder that is finished
"""

import json
from pathlib import Path

import click
from diffusers import AutoencoderKL
from transformers import CLIPTextModel, CLIPTextModelWithProjection

from training import checkpoint
from training.autoencoder.shape import SHAPE, finished
from training.data import latents
from training.data.tokenizer import read_pair
from training.unet import shape

# what the pipeline takes where a user asks for nothing else
DEFAULTS = {
    "steps": 10,
    "guidance_scale": 3.0,
    "guidance_scale_low": 1.3,
    "scheduler": "dpmpp_2m_karras",
    "window": 512,
    "rounds": 1,
}


@click.command()
@click.option("--runs", type=click.Path(path_type=Path), default=Path("runs"), show_default=True)
@click.option("--vae", "vae_path", type=click.Path(path_type=Path), help="Autoencoder that is finished.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("backend/tilebake/embedded"))
def main(runs: Path, vae_path: Path | None, out: Path) -> None:
    """Write the embedded model from the newest checkpoints, weights averaged."""
    state = checkpoint.load(runs / "unet" / "unet.pt")
    network = shape.unet(SHAPE["latent_channels"])
    network.load_state_dict({**state["model"], **state["average"]})
    vae = _trained(runs) if vae_path is None else AutoencoderKL.from_pretrained(vae_path)
    text = runs / "text"
    encoders = (
        CLIPTextModel.from_pretrained(text / "text_encoder"),
        CLIPTextModelWithProjection.from_pretrained(text / "text_encoder_2"),
    )
    shape.assemble(out, vae, network, encoders, read_pair(text))
    (out / "tilebake.json").write_text(json.dumps(DEFAULTS, indent=2) + "\n", encoding="utf-8")
    click.echo(f"{out}: UNet at step {state['step']}")


def _trained(runs: Path) -> AutoencoderKL:
    sharpened = runs / "vae" / "sharpen.pt"
    state = checkpoint.load(sharpened if sharpened.exists() else runs / "vae" / "whole.pt")
    encoded = latents.read(runs / "latents")
    click.echo(f"decoder at step {state['step']}")
    return finished(state["average"], encoded.mean, encoded.std)


if __name__ == "__main__":
    main()
