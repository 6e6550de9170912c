"""What is painted is what was digested: a file that changes in between is refused, even if it came back."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from tilebake.errors import ModelError
from tilebake.models.file_digest import file_digest
from tilebake.models.lookup import Models
from tilebake.models.reference import ModelSource
from tilebake.paint.model.load import load
from tilebake.paint.model.loras import LoraFile
from tilebake.paint.model.unchanged import hold_still

Tensors = dict[str, torch.Tensor]
WEIGHTS = Path("unet", "diffusion_pytorch_model.safetensors")


@pytest.fixture
def source(tiny_sdxl_folder: Path, tmp_path: Path) -> ModelSource:
    """A model of its own, looked up and digested."""
    folder = shutil.copytree(tiny_sdxl_folder, tmp_path / "model")
    return Models().model(str(folder), tmp_path)[0]


def flip(path: Path) -> None:
    """Changes the last byte, and puts size and time back."""
    before = path.stat()
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_weights_that_changed_since_they_were_looked_up_are_not_painted_with(source: ModelSource) -> None:
    flip(source.path / WEIGHTS)
    with pytest.raises(ModelError, match="changed while it was read; bake again"):
        load(source, device="cpu", dtype="float32")


def test_a_lora_that_changed_since_it_was_looked_up_is_not_painted_with(
    source: ModelSource, unet_lora: Tensors, save_lora: Callable[[str, Tensors], Path]
) -> None:
    file = save_lora("moss", unet_lora)
    lora = LoraFile(file, 1.0, file_digest(file))
    flip(file)
    with pytest.raises(ModelError, match=r"moss.safetensors: changed while it was read; bake again"):
        load(source, device="cpu", dtype="float32", loras=[lora])


def test_weights_that_change_while_they_are_read_are_refused(source: ModelSource) -> None:
    with pytest.raises(ModelError, match="changed while it was read"), hold_still(source, []):
        flip(source.path / WEIGHTS)


def test_weights_that_were_others_for_a_moment_are_refused(source: ModelSource) -> None:
    def swap_there_and_back() -> None:
        weights = source.path / WEIGHTS
        kept = shutil.copy2(weights, weights.with_suffix(".kept"))
        flip(weights)
        shutil.copy2(kept, weights)

    with pytest.raises(ModelError, match="changed while it was read"), hold_still(source, []):
        swap_there_and_back()


def test_a_file_that_comes_while_the_model_is_read_is_noticed(source: ModelSource) -> None:
    with pytest.raises(ModelError, match="changed while it was read"), hold_still(source, []):
        (source.path / "tokenizer" / "special_tokens_map.json").write_text("{}", encoding="utf-8")


def test_weights_that_are_cut_short_while_they_are_read_are_an_error(source: ModelSource) -> None:
    from tilebake.paint.model.weights_file import open_weights

    path = source.path / WEIGHTS
    with open_weights(path) as file:
        os.truncate(path, path.stat().st_size // 2)
        with pytest.raises(ModelError, match="cut short"):
            [file.read(name) for name in file.tensors]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes among the files of this system")
@pytest.mark.parametrize(
    "file",
    [
        WEIGHTS.as_posix(),
        "unet/config.json",
        "text_encoder/model.safetensors",
        "tokenizer/vocab.json",
        "scheduler/scheduler_config.json",
        "model_index.json",
    ],
)
def test_a_file_that_became_a_pipe_is_told_and_not_waited_for(file: str, source: ModelSource) -> None:
    """Nobody writes into the pipe: whoever opened it would wait for ever."""
    (source.path / file).unlink()
    os.mkfifo(source.path / file)
    with pytest.raises(ModelError, match=r"is no file|holds n|lacks"):
        load(source, device="cpu", dtype="float32")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes among the files of this system")
def test_a_lora_that_became_a_pipe_is_told_too(
    source: ModelSource, unet_lora: Tensors, save_lora: Callable[[str, Tensors], Path]
) -> None:
    file = save_lora("moss", unet_lora)
    lora = LoraFile(file, 1.0, file_digest(file))
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(ModelError, match="is no file"):
        load(source, device="cpu", dtype="float32", loras=[lora])
