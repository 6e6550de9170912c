"""What `python -m training.export` writes is a model that tilebake takes."""

import shutil
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

from tilebake.level.modelref import resolve
from tilebake.paint.models import load
from training import checkpoint, export, latents
from training.autoencoder import SHAPE, untrained
from training.latents import Latents
from training.miniature import TokenizerPair
from training.trainee import Trainee


@pytest.fixture(scope="module")
def exported(
    tmp_path_factory: pytest.TempPathFactory,
    tokenizer_folder: Path,
    tokenizers: TokenizerPair,
    fake_latents: Latents,
) -> Path:
    """The embedded model, untrained."""
    runs = tmp_path_factory.mktemp("runs")
    shutil.copytree(tokenizer_folder, runs / "tokenizer")
    for folder in ("vae", "unet"):
        (runs / folder).mkdir()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        vae, trainee = untrained(), Trainee(tokenizers, SHAPE["latent_channels"])
    checkpoint.save(runs / "vae" / "whole.pt", {"step": 3, "average": vae.state_dict()})
    checkpoint.save(runs / "unet" / "unet.pt", {"step": 7, "average": trainee.state_dict()})
    latents.write(runs / "latents.pt", fake_latents)
    result = CliRunner().invoke(export.main, ["--runs", str(runs), "--out", str(runs / "model")])
    assert "UNet at step 7, decoder at step 3" in result.output
    return runs / "model"


def test_the_exported_folder_is_a_model(exported: Path) -> None:
    source = resolve(str(exported))
    assert vars(source.defaults) == export.DEFAULTS
    components = load(source, device="cpu", dtype="float32")
    assert components.vae.config["latents_mean"] is None  # stock SDXL would expect four channels of it
    assert components.vae.config["scaling_factor"] == 1.0
    assert components.unet.config["cross_attention_dim"] == 256


def test_the_exported_weights_fit_in_the_repository(exported: Path) -> None:
    weights = list(exported.rglob("*.safetensors"))
    assert len(weights) == 4
    assert sum(path.stat().st_size for path in weights) <= 40e6
