"""Put the trained parts together as the embedded model: a diffusers folder in float16.

python -m training.export --out backend/tilebake/embedded
python -m training.export --onto backend/tilebake/embedded   # the UNet alone: that model was trained further
"""

import json
import shutil
from pathlib import Path

import click

from training import checkpoint
from training.autoencoder.shape import SHAPE, finished
from training.data import latents
from training.data.tokenizer import read_pair
from training.unet import shape
from training.unet.trainee import Trainee

# what the pipeline takes where a user asks for nothing else
DEFAULTS = {"steps": 10, "guidance_scale": 5.0, "guidance_scale_low": 1.5, "scheduler": "dpmpp_2m"}


@click.command()
@click.option("--runs", type=click.Path(path_type=Path), default=Path("runs"), show_default=True)
@click.option("--onto", type=click.Path(path_type=Path), help="Model that was trained further.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("backend/tilebake/embedded"))
def main(runs: Path, onto: Path | None, out: Path) -> None:
    """Write the embedded model from the newest checkpoints."""
    state = checkpoint.load(runs / "unet" / "unet.pt")
    trainee = Trainee(read_pair(onto or runs / "tokenizer"), SHAPE["latent_channels"])
    trainee.load_state_dict(state["average"])
    told = _whole(runs, trainee, out) if onto is None else _further(onto, trainee, out)
    click.echo(f"{out}: UNet at step {state['step']}, {told}")


def _whole(runs: Path, trainee: Trainee, out: Path) -> str:
    sharpened = runs / "vae" / "sharpen.pt"
    decoder = checkpoint.load(sharpened if sharpened.exists() else runs / "vae" / "whole.pt")
    encoded = latents.read(runs / "latents.pt")
    vae = finished(decoder["average"], encoded.mean, encoded.std)
    encoders = (trainee.text_encoder, trainee.text_encoder_2)
    shape.assemble(out, vae, trainee.unet, encoders, trainee.tokenizers)
    (out / "tilebake.json").write_text(json.dumps(DEFAULTS, indent=2) + "\n", encoding="utf-8")
    return f"decoder at step {decoder['step']}"


def _further(onto: Path, trainee: Trainee, out: Path) -> str:
    if not out.exists():
        shutil.copytree(onto, out)
    trainee.unet.half().save_pretrained(out / "unet")
    return "the rest as it was"


if __name__ == "__main__":
    main()
