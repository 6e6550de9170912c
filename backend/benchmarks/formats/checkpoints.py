"""Checkpoints, VAEs and textual inversions in every form, each with the weights that it has to come to."""

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import torch
from safetensors.torch import load_file

from benchmarks.formats.by_hand import random
from benchmarks.formats.case import EMBEDDING, Case, Model, Tensors, save
from benchmarks.formats.original_layout import original_layout

UNET_FILE = Path("unet/diffusion_pytorch_model.safetensors")
KEYS = ("clip_l", "clip_g")
OLD_KEYS = ("text_encoders_0", "text_encoders_1")


def checkpoint_cases(model: Model) -> Iterator[Case]:
    """Yield a case for each form of a model, of a VAE and of a textual inversion."""
    yield from _single_files(model)
    yield from _folders(model)
    yield from _vaes(model)
    yield from _embeddings(model)


def _single_files(model: Model) -> Iterator[Case]:
    tensors = original_layout(model.parts)
    flags = {"v_pred": torch.zeros(0), "ztsnr": torch.zeros(0)}
    v = {"prediction_type": "v_prediction"}
    zero = {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}
    file = partial(_file_writer, model, tensors)
    yield Case("single file", "model", file())
    yield Case("single file, v by key", "model", file({"v_pred": flags["v_pred"]}), schedule=v)
    header = {"modelspec.prediction_type": "v"}
    yield Case("single file, v by header", "model", file({}, header), schedule=v)
    yield Case("single file, v and zero SNR by key", "model", file(flags), schedule={**v, **zero})
    trained = {**header, "ss_zero_terminal_snr": "True"}
    yield Case("single file, v and zero SNR by header", "model", file({}, trained), schedule={**v, **zero})
    edm = {"edm_mean": torch.zeros(4)}
    yield Case("single file on EDM's schedule", "model", file(edm), refused="trained on EDM's noise schedule")
    for dtype in (torch.float16, torch.bfloat16):
        rounded = {name: each.to(dtype) for name, each in tensors.items()}
        changed = {name: each.to(dtype).float() for name, each in model.weights.items()}
        name = f"single file in {str(dtype).removeprefix('torch.')}"
        yield Case(name, "model", _file_writer(model, rounded), changed)
    last = max(name for name in tensors if name.endswith("ln_final.weight"))
    cut = {name: each for name, each in tensors.items() if name != last}
    write = _file_writer(model, cut)
    yield Case("single file that lacks a tensor", "model", write, refused="lacks the tensor")
    lone = {name: each for name, each in tensors.items() if name.startswith("model.")}
    yield Case("a lone UNet", "model", _file_writer(model, lone), refused="is no complete SDXL checkpoint")
    yield Case("a pickled checkpoint", "model", _pickle("model.ckpt"), refused="pickles")


def _file_writer(
    model: Model, tensors: Tensors, more: Tensors | None = None, header: dict[str, str] | None = None
) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        ignore = shutil.ignore_patterns("*.safetensors", "tilebake.json", "words.json")
        shutil.copytree(model.folder, folder / "model.config", ignore=ignore)
        return save({**tensors, **(more or {})}, folder / "model.safetensors", header)

    return write


def _folders(model: Model) -> Iterator[Case]:
    def write(change: Callable[[Path], None], folder: Path) -> Path:
        shutil.copytree(model.folder, folder / "model")
        change(folder / "model")
        return folder / "model"

    def shard(folder: Path) -> None:
        (folder / UNET_FILE).unlink()
        model.parts.unet.save_pretrained(folder / "unet", max_shard_size="300KB")

    def halve(folder: Path) -> None:
        tensors = {name: each.half() for name, each in load_file(folder / UNET_FILE).items()}
        (folder / UNET_FILE).unlink()
        save(tensors, (folder / UNET_FILE).with_suffix(".fp16.safetensors"))

    def pickle(folder: Path) -> None:
        (folder / UNET_FILE).rename((folder / UNET_FILE).with_suffix(".bin"))

    def widen(folder: Path) -> None:
        tensors = load_file(folder / UNET_FILE)
        tensors["conv_in.weight"] = torch.cat([tensors["conv_in.weight"]] * 2, dim=1)
        save(tensors, folder / UNET_FILE)

    halved = {name: each.half().float() for name, each in model.weights.items() if name.startswith("unet.")}
    yield Case("folder", "model", partial(write, lambda _folder: None))
    yield Case("folder, UNet in shards", "model", partial(write, shard))
    yield Case("folder, UNet's fp16 variant", "model", partial(write, halve), halved)
    yield Case("folder, UNet pickled", "model", partial(write, pickle), refused="pickles")
    yield Case("folder, weights of another shape", "model", partial(write, widen), refused="of shape")


def _vaes(model: Model) -> Iterator[Case]:
    whole = original_layout(model.parts)
    own = {name: each for name, each in whole.items() if name.startswith("first_stage")}
    shifted = {**own, "first_stage_model.decoder.conv_out.bias": torch.ones(3)}
    bare = {name.removeprefix("first_stage_model."): each for name, each in shifted.items()}
    changed = {"vae.decoder.conv_out.bias": torch.ones(3)}
    for name, tensors in (("a checkpoint's names", shifted), ("its authors' names", bare)):
        yield Case(f"VAE in {name}", "vae", partial(_save_as, tensors, "vae.safetensors"), changed)
    other = {"lora.down": torch.zeros(1)}
    yield Case("a LoRA for a VAE", "vae", partial(_save_as, other, "vae.safetensors"), refused="is no VAE")


def _embeddings(model: Model) -> Iterator[Case]:
    tables = {
        name: next(key for key in model.weights if key.startswith(f"{name}.") and "token_embedding" in key)
        for name in ("text_encoder", "text_encoder_2")
    }
    widths = [model.weights[key].shape[1] for key in tables.values()]
    vectors = [random(2, width, seed=number) for number, width in enumerate(widths)]
    grown = {
        key: torch.cat([model.weights[key], own]) for key, own in zip(tables.values(), vectors, strict=True)
    }
    for keys in (KEYS, OLD_KEYS):
        write = partial(_save_as, dict(zip(keys, vectors, strict=True)), "moss.safetensors")
        yield Case(f"textual inversion, {' and '.join(keys)}", "embedding", write, grown)

    def write_pair(folder: Path) -> Path:
        save({EMBEDDING: vectors[1]}, folder / "learned_embeds_2.safetensors")
        return save({EMBEDDING: vectors[0]}, folder / "learned_embeds.safetensors")

    yield Case("textual inversion, two files", "embedding", write_pair, grown)
    old = partial(_save_as, {"emb_params": random(2, 768)}, "moss.safetensors")
    yield Case("textual inversion of SD 1.5", "embedding", old, refused="for one text encoder alone")
    wide: Tensors = dict(zip(KEYS, (random(1, 768), random(1, 1280)), strict=True))
    other = partial(_save_as, wide, "moss.safetensors")
    yield Case("textual inversion of another width", "embedding", other, refused="of 768 numbers")
    yield Case("a pickled textual inversion", "embedding", _pickle("moss.pt"), refused="pickles")


def _save_as(tensors: Tensors, name: str, folder: Path) -> Path:
    return save(tensors, folder / name)


def _pickle(name: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / name).write_bytes(b"PK")
        return folder / name

    return write
