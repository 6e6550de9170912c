"""Hostile models and LoRAs by the hundred: each is refused by name, or is what it would be without it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import torch

from tests.helpers.audit import audited
from tests.helpers.hostile_checkpoints import hostile_checkpoints
from tests.helpers.hostile_trial import KINDS, Material, Trial, link_tree
from tests.helpers.kept_trial import KeptTrial
from tilebake.models.reference import model_digest, model_paths, resolve
from tilebake.paint.model.load import Components, load

EVERY = 401  # of which one is tried in the short form
SHARES = 4  # in which all of a kind are tried


@pytest.fixture
def material_of(
    least_sdxl_folder: Path,
    save_checkpoint: Callable[[Components], Path],
    unet_lora_for: Callable[[Components], dict[str, torch.Tensor]],
    save_lora: Callable[[str, dict[str, torch.Tensor]], Path],
    tmp_path: Path,
) -> Callable[[str], Material]:
    def components() -> Components:
        return load(resolve(str(least_sdxl_folder)), device="cpu", dtype="float32")

    def checkpoint() -> Material:
        folder = tmp_path / "checkpoint"
        folder.mkdir()
        save_checkpoint(components()).rename(folder / "tiny.safetensors")
        ignore = shutil.ignore_patterns("*.safetensors", "tilebake.json")
        shutil.copytree(least_sdxl_folder, folder / "tiny.config", ignore=ignore)
        shutil.copytree(least_sdxl_folder / "tokenizer", folder / "tokenizer")
        shutil.copyfile(least_sdxl_folder / "tilebake.json", folder / "tiny.tilebake.json")
        return Material(folder, "tiny.safetensors")

    def lora() -> Material:
        folder = tmp_path / "lora"
        folder.mkdir()
        save_lora("moss", unet_lora_for(components())).rename(folder / "moss.safetensors")
        link_tree(least_sdxl_folder, folder / "model")
        return Material(folder, "model", "moss.safetensors")

    makers = {"folders": lambda: Material(least_sdxl_folder, "."), "checkpoints": checkpoint, "LoRAs": lora}
    return lambda kind: makers[kind]()


@pytest.fixture
def trial(kind: str, material_of: Callable[[str], Material], tmp_path: Path, private_cache: Path) -> Trial:
    return Trial(material_of(kind), tmp_path, private_cache)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_hostile_is_refused_or_loaded_as_if_it_were_not(kind: str, trial: Trial) -> None:
    cases = [*KINDS[kind](trial.canary)]
    assert trial.run(cases[::EVERY]) == []
    assert len(cases) >= 500
    assert trial.counts["refused at lookup"] >= 1
    assert trial.counts["loaded as without it"] >= 1


@pytest.mark.timeout(60)
def test_far_more_tensors_than_a_network_has_are_refused_at_once(
    material_of: Callable[[str], Material], tmp_path: Path, private_cache: Path
) -> None:
    trial = Trial(material_of("checkpoints"), tmp_path, private_cache)
    cases = [
        case
        for case in hostile_checkpoints(trial.canary)
        if case.name.endswith("diffusion_model. 20,000 more")
    ]
    assert trial.run(cases) == []
    assert trial.counts == {"refused at load": 1}


@pytest.fixture
def kept_trial(
    kind: str, material_of: Callable[[str], Material], tmp_path: Path, private_cache: Path
) -> Iterator[KeptTrial]:
    with closing(KeptTrial(kind, material_of(kind), tmp_path, private_cache)) as trial:
        yield trial


@pytest.mark.long
@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("kind", KINDS)
def test_everything_hostile_is_refused_or_loaded_as_if_it_were_not(
    kind: str, share: int, kept_trial: KeptTrial, record_property: Callable[[str, object], None]
) -> None:
    numbers = range(share, len(kept_trial), SHARES)
    problems = kept_trial.run(numbers)
    record_property(f"hostile {kind}", dict(kept_trial.counts))
    assert problems == []
    assert kept_trial.counts.total() == len(numbers)


def test_the_digest_changes_with_every_file_that_is_opened(tiny_sdxl_folder: Path, tmp_path: Path) -> None:
    model = shutil.copytree(tiny_sdxl_folder, tmp_path / "model")
    source = resolve(str(model))
    honest = model_digest(source)
    with audited() as seen:
        load(source, device="cpu", dtype="float32")
    opened = {path for path in seen.opened if path.is_relative_to(model)}
    assert opened == set(model_paths(source))
    for path in opened:
        before = path.read_bytes()
        path.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
        assert model_digest(source) != honest, path.name
        path.write_bytes(before)
    assert model_digest(source) == honest
