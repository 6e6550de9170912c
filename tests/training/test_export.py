"""What `python -m training.export` writes is a model that tilebake takes."""

import shutil
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

from tilebake.models.reference import resolve
from tilebake.paint.model.load import load
from training import checkpoint, export
from training.autoencoder.shape import SHAPE, untrained
from training.data import latents
from training.data.latents import Latents
from training.unet.shape import TokenizerPair
from training.unet.trainee import Trainee


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


def test_training_further_changes_the_unet_alone(
    exported: Path, tokenizers: TokenizerPair, tmp_path: Path
) -> None:
    (tmp_path / "unet").mkdir()
    with torch.random.fork_rng():
        torch.manual_seed(1)
        trainee = Trainee(tokenizers, SHAPE["latent_channels"])
    checkpoint.save(tmp_path / "unet" / "unet.pt", {"step": 9, "average": trainee.state_dict()})
    out = tmp_path / "model"
    result = CliRunner().invoke(
        export.main, ["--runs", str(tmp_path), "--onto", str(exported), "--out", str(out)]
    )
    assert "UNet at step 9, the rest as it was" in result.output
    changed = [
        path.relative_to(exported).parts[0]
        for path in exported.rglob("*.*")
        if path.read_bytes() != (out / path.relative_to(exported)).read_bytes()
    ]
    assert changed == ["unet"]
    found = load(resolve(str(out)), device="cpu", dtype="float32").unet.state_dict()
    torch.testing.assert_close(found, trainee.unet.half().float().state_dict())
