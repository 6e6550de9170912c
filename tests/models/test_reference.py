"""What a model reference names, and every way in which it can be wrong."""

import json
import os
import pickle
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tilebake.errors import ModelError
from tilebake.models import file_digest as digests
from tilebake.models import hub_cache as hubcache
from tilebake.models.defaults import Defaults
from tilebake.models.file_digest import file_digest
from tilebake.models.reference import EMBEDDED, list_models, model_digest, resolve, resolve_lora


@pytest.fixture
def model(tiny_sdxl_folder: Path, tmp_path: Path) -> Path:
    """A copy of the tiny SDXL that a test may spoil."""
    return shutil.copytree(tiny_sdxl_folder, tmp_path / "model")


def safetensors(path: Path, names: list[str]) -> Path:
    """A complete safetensors file with empty tensors of these names."""
    header = json.dumps(
        {name: {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for name in names}
    ).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header)
    return path


def in_hub_cache(cache: Path, repo_id: str, folder: Path) -> Path:
    """Puts a model where a download would have put it."""
    repo = cache / "hub" / f"models--{repo_id.replace('/', '--')}"
    (repo / "refs").mkdir(parents=True)
    (repo / "refs" / "main").write_text("abc123", encoding="ascii")
    return shutil.copytree(folder, repo / "snapshots" / "abc123")


def test_a_folder_is_found_from_the_project_root(model: Path) -> None:
    source = resolve("model", root=model.parent)
    assert (source.kind, source.path, source.reference) == ("folder", model, "model")


def test_a_folder_recommends_its_own_settings(model: Path) -> None:
    assert resolve(str(model)).defaults == Defaults(steps=3, guidance_scale=4.0, scheduler="euler")
    (model / "tilebake.json").unlink()
    assert resolve(str(model)).defaults == Defaults(steps=30, guidance_scale=5.0, scheduler="euler")


def test_a_models_two_scales_of_guidance_stand_or_fall_together(model: Path) -> None:
    recommended = {"guidance_scale": 4.0, "guidance_scale_low": 1.5}
    (model / "tilebake.json").write_text(json.dumps(recommended), encoding="utf-8")
    defaults = resolve(str(model)).defaults
    assert defaults.guidance(None, None) == (4.0, 1.5)
    assert defaults.guidance(7.0, None) == (7.0, 7.0)
    assert defaults.guidance(None, 2.0) == (4.0, 2.0)
    assert Defaults().guidance(None, None) == (5.0, 5.0)


def test_a_model_may_say_that_it_has_no_scale_for_broad_colours(model: Path) -> None:
    recommended = {"guidance_scale": 4.0, "guidance_scale_low": None}
    (model / "tilebake.json").write_text(json.dumps(recommended), encoding="utf-8")
    assert resolve(str(model)).defaults.guidance(None, None) == (4.0, 4.0)


def test_a_single_file_is_known_by_what_is_in_it(tmp_path: Path) -> None:
    names = ["model.diffusion_model.x", "first_stage_model.x", "conditioner.embedders.0.x"]
    file = safetensors(tmp_path / "sdxl.safetensors", names)
    assert resolve("sdxl.safetensors", root=tmp_path).kind == "file"
    file.with_suffix(".tilebake.json").write_text('{"steps": 8}', encoding="utf-8")
    assert resolve(str(file)).defaults.steps == 8


def test_a_hub_id_is_looked_up_in_the_local_cache_alone(tiny_sdxl_folder: Path, private_cache: Path) -> None:
    with pytest.raises(ModelError, match="tilebake models fetch someone/tiny-sdxl"):
        resolve("someone/tiny-sdxl")
    folder = in_hub_cache(private_cache, "someone/tiny-sdxl", tiny_sdxl_folder)
    source = resolve("someone/tiny-sdxl")
    assert (source.kind, source.path) == ("hub", folder)
    assert "someone/tiny-sdxl" in [model.reference for model in list_models()]


def test_the_embedded_model_is_there() -> None:
    source = resolve("embedded")
    assert (source.kind, source.path) == ("embedded", EMBEDDED)
    assert len(model_digest(source)) == 64


def _without(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def _with_text(name: str, text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(text, encoding="utf-8")


def _with_index(**changes: object) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        index = json.loads((folder / "model_index.json").read_text(encoding="utf-8"))
        (folder / "model_index.json").write_text(json.dumps({**index, **changes}), encoding="utf-8")

    return change


def _cut(folder: Path) -> None:
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-10])


def _pickled(folder: Path) -> None:
    (folder / "vae" / "diffusion_pytorch_model.safetensors").unlink()
    (folder / "vae" / "diffusion_pytorch_model.bin").write_bytes(pickle.dumps({}))


def _pointer(folder: Path) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
    (folder / "text_encoder" / "model.safetensors").write_text(pointer, encoding="ascii")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_without("model_index.json"), "no model_index.json"),
        (_without("unet/config.json"), "lacks unet/config.json"),
        (
            _without("unet/diffusion_pytorch_model.safetensors"),
            "holds no diffusion_pytorch_model.safetensors",
        ),
        (_without("tokenizer/merges.txt"), "neither tokenizer.json nor vocab.json"),
        (_without("scheduler/scheduler_config.json"), "lacks scheduler/scheduler_config.json"),
        (_with_index(_class_name="StableDiffusionPipeline"), "is a StableDiffusionPipeline, not SDXL"),
        (_with_index(_class_name=["pipeline", "Mine"]), "pipeline code of its own, which is never run"),
        (_with_index(unet=["my_unet", "MyUNet"]), "unet is my_unet's MyUNet"),
        (_with_index(text_encoder=[None, None]), "has no text_encoder"),
        (_with_index(vae=7), "vae is no"),
        (_cut, "no safetensors file, or a damaged one .*file not fully covered"),
        (_pickled, "pickles, which can run code"),
        (_pointer, "Git LFS pointer.*git lfs pull"),
        (_with_text("model_index.json", "{"), "is not a JSON object"),
        (_with_text("tilebake.json", '{"steps": 0}'), r"\$.steps"),
    ],
)
def test_a_damaged_model_folder_is_refused(
    model: Path, spoil: Callable[[Path], object], message: str
) -> None:
    spoil(model)
    with pytest.raises(ModelError, match=message) as caught:
        resolve(str(model))
    assert caught.value.hint
    assert str(model) in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "header too small"),
        (b"\x10\0\0", "header too small"),
        ((2**60).to_bytes(8, "little") + b"{}", "header too large"),
        ((2).to_bytes(8, "little") + b"[]", "invalid JSON in header"),
        ((9).to_bytes(8, "little") + b'{"a": 12}', "invalid JSON in header"),
        ((2).to_bytes(8, "little") + b"{}more", "file not fully covered"),
        (pickle.dumps({"weights": 1}), "pickle under another name"),
        (b"PK\x03\x04" + bytes(20), "pickle under another name"),
        ((2).to_bytes(8, "little") + b"{}", "is no complete SDXL checkpoint"),
    ],
)
def test_a_damaged_model_file_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "model.safetensors").write_bytes(content)
    with pytest.raises(ModelError, match=message):
        resolve("model.safetensors", root=tmp_path)


@pytest.mark.parametrize("name", ["model.ckpt", "model.pt", "pytorch_model.bin"])
def test_a_pickle_is_refused_by_its_name_with_a_way_out(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"anything")
    with pytest.raises(ModelError, match="save it as safetensors"):
        resolve(name, root=tmp_path)


@pytest.mark.parametrize(
    "reference",
    ["nothing", "no/such/folder", "missing.safetensors", "", "~nobody-here/sdxl", "x" * 5000, "a\0b"],
)
def test_a_reference_to_nothing_is_refused(tmp_path: Path, reference: str) -> None:
    with pytest.raises(ModelError):
        resolve(reference, root=tmp_path)


def test_the_digest_is_of_contents_not_of_places(model: Path, tmp_path: Path) -> None:
    moved = shutil.copytree(model, tmp_path / "moved")
    assert model_digest(resolve(str(model))) == model_digest(resolve(str(moved)))
    (moved / "README.md").write_text("not loaded", encoding="utf-8")
    assert model_digest(resolve(str(model))) == model_digest(resolve(str(moved)))


def test_a_judge_beside_a_model_changes_no_digest(model: Path) -> None:
    before = model_digest(resolve(str(model)))
    shutil.copy(EMBEDDED / "judge.safetensors", model)
    assert model_digest(resolve(str(model))) == before


@pytest.mark.parametrize("changed", ["tilebake.json", "unet/config.json", "tokenizer/merges.txt"])
def test_the_digest_changes_with_every_file_that_is_loaded(model: Path, changed: str) -> None:
    before = model_digest(resolve(str(model)))
    with (model / changed).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert model_digest(resolve(str(model))) != before


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten seconds from now: files that were written a moment ago are settled."""
    monkeypatch.setattr(digests, "time_ns", lambda: time.time_ns() + 10**10)


@pytest.mark.usefixtures("later")
def test_a_file_is_read_once_and_again_when_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "weights"
    file.write_bytes(b"one")
    first = file_digest(file)
    with monkeypatch.context() as patched:
        patched.delattr(digests.hashlib, "file_digest")
        assert file_digest(file) == first
    file.write_bytes(b"two")
    os.utime(file, ns=(1, 1))
    assert file_digest(file) != first


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize("how", ["written in place", "moved into its place"])
def test_another_file_of_the_same_size_and_time_is_another_file(tmp_path: Path, how: str) -> None:
    file, other = tmp_path / "moss.safetensors", tmp_path / "other"
    file.write_bytes(b"one")
    os.utime(file, ns=(1, 1))
    first = file_digest(file)
    if how == "written in place":
        file.write_bytes(b"two")
    else:
        other.write_bytes(b"two")
        other.replace(file)
    os.utime(file, ns=(1, 1))
    assert file_digest(file) != first


def test_a_file_that_changed_a_moment_ago_is_read_again(tmp_path: Path, private_cache: Path) -> None:
    file = tmp_path / "weights"
    file.write_bytes(b"one")
    file_digest(file)
    assert not (private_cache / "digests").exists()


@pytest.mark.usefixtures("later")
def test_a_damaged_digest_entry_is_replaced(tmp_path: Path, private_cache: Path) -> None:
    file = tmp_path / "weights"
    file.write_bytes(b"one")
    digest = file_digest(file)
    for entry in (private_cache / "digests").iterdir():
        entry.write_text("spoilt", encoding="ascii")
    assert file_digest(file) == digest


def test_digests_need_no_cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"in the way")
    monkeypatch.setenv("TILEBAKE_CACHE", str(tmp_path / "file"))
    assert len(file_digest(tmp_path / "file")) == 64


def test_a_lora_must_be_there_and_be_safetensors(tmp_path: Path) -> None:
    lora = safetensors(tmp_path / "moss.safetensors", ["lora"])
    assert resolve_lora("moss.safetensors", root=tmp_path) == lora
    with pytest.raises(ModelError, match="no such LoRA"):
        resolve_lora("rust.safetensors", root=tmp_path)


def test_only_something_like_a_hub_id_is_fetched() -> None:
    with pytest.raises(ModelError, match="is no hub id"):
        hubcache.fetch("https://example.org/model")


def test_looking_up_checked_models_imports_no_heavy_library() -> None:
    resolve("embedded")  # the first check of a file is by safetensors' reader, which takes numpy
    program = (
        "import sys; from tilebake.models.reference import resolve, list_models; list_models();"
        "print([name for name in ('torch', 'numpy', 'pydantic', 'huggingface_hub') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
