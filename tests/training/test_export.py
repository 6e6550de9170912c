"""What `python -m training.export` writes is a model that tilebake takes."""

from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

from tilebake.models.reference import resolve
from tilebake.paint.model.load import load
from training import checkpoint, export
from training.autoencoder.shape import untrained
from training.data import latents
from training.data.latents import Latents
from training.unet import shape


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, text_folder: Path, fake_latents: Latents) -> Path:
    """What trainings that never began would leave."""
    folder = tmp_path_factory.mktemp("runs")
    (folder / "text").symlink_to(text_folder)
    (folder / "vae").mkdir()
    (folder / "unet").mkdir()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        vae, network = untrained(), shape.unet(8)
    average = {name: value + 1 for name, value in network.named_parameters()}
    checkpoint.save(folder / "vae" / "whole.pt", {"step": 3, "average": vae.state_dict()})
    unet = {"step": 7, "model": network.state_dict(), "average": average}
    checkpoint.save(folder / "unet" / "unet.pt", unet)
    (folder / "latents").mkdir()
    latents.write(folder / "latents" / "scene-0000.pt", fake_latents, finished=False)
    return folder


@pytest.fixture(scope="module")
def exported(runs: Path) -> Path:
    """The embedded model, untrained."""
    result = CliRunner().invoke(export.main, ["--runs", str(runs), "--out", str(runs / "model")])
    assert "decoder at step 3" in result.output
    assert "UNet at step 7" in result.output
    return runs / "model"


def test_the_exported_folder_is_a_model(exported: Path) -> None:
    source = resolve(str(exported))
    assert export.DEFAULTS.items() <= vars(source.defaults).items()
    components = load(source, device="cpu", dtype="float32")
    assert components.vae.config["latents_mean"] is None  # stock SDXL would expect four channels of it
    assert components.vae.config["scaling_factor"] == 1.0
    assert components.unet.config["cross_attention_dim"] == 256


def test_the_average_is_exported(exported: Path, runs: Path) -> None:
    kept = checkpoint.load(runs / "unet" / "unet.pt")["average"]["conv_in.weight"]
    found = load(resolve(str(exported)), device="cpu", dtype="float32").unet.conv_in.weight
    torch.testing.assert_close(found.detach(), kept.half().float())


def test_the_exported_weights_fit_in_the_repository(exported: Path) -> None:
    weights = list(exported.rglob("*.safetensors"))
    assert len(weights) == 4
    assert sum(path.stat().st_size for path in weights) <= 40e6


def test_a_finished_autoencoder_is_taken_as_it_is(exported: Path, runs: Path) -> None:
    out = runs / "again"
    arguments = ["--runs", str(runs), "--vae", str(exported / "vae"), "--out", str(out)]
    assert CliRunner().invoke(export.main, arguments).exit_code == 0
    (weights,) = (out / "vae").glob("*.safetensors")
    assert weights.read_bytes() == (exported / "vae" / weights.name).read_bytes()
