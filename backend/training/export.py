"""Put the trained parts together as the embedded model: a diffusers folder in float16.

python -m training.export --out backend/tilebake/embedded
"""

import json
from pathlib import Path

import click

from training import checkpoint, latents, miniature
from training.autoencoder import SHAPE, finished
from training.tokenizer import read_pair
from training.trainee import Trainee

# what the pipeline takes where a user asks for nothing else
DEFAULTS = {"steps": 10, "guidance_scale": 5.0, "guidance_scale_low": 1.5, "scheduler": "dpmpp_2m"}


@click.command()
@click.option("--runs", type=click.Path(path_type=Path), default=Path("runs"), show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=Path("backend/tilebake/embedded"))
def main(runs: Path, out: Path) -> None:
    """Write the embedded model from the newest checkpoints."""
    sharpened = runs / "vae" / "sharpen.pt"
    decoder = checkpoint.load(sharpened if sharpened.exists() else runs / "vae" / "whole.pt")
    encoded = latents.read(runs / "latents.pt")
    vae = finished(decoder["average"], encoded.mean, encoded.std)
    tokenizers = read_pair(runs / "tokenizer")
    trainee = Trainee(tokenizers, SHAPE["latent_channels"])
    state = checkpoint.load(runs / "unet" / "unet.pt")
    trainee.load_state_dict(state["average"])
    encoders = (trainee.text_encoder, trainee.text_encoder_2)
    miniature.assemble(out, vae, trainee.unet, encoders, tokenizers)
    (out / "tilebake.json").write_text(json.dumps(DEFAULTS, indent=2) + "\n", encoding="utf-8")
    click.echo(f"{out}: UNet at step {state['step']}, decoder at step {decoder['step']}")


if __name__ == "__main__":
    main()
