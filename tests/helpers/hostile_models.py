"""Hostile models, made by rule: every file name and every key that the libraries know, in each place.

A case changes a copy of a harmless model. The names come from diffusers, transformers, peft and
huggingface_hub: whatever one of them would look for by itself stands here as what must not be opened.
"""

import json
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tilebake.models.config_check import CONFIG_KEYS, STEERING

PARTS = ("unet", "vae", "text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2", "scheduler")
NETWORKS = ("unet", "vae", "text_encoder", "text_encoder_2")
CONFIGS = (*(f"{name}/config.json" for name in NETWORKS), "scheduler/scheduler_config.json")
TOKENIZERS = ("tokenizer/tokenizer_config.json", "tokenizer_2/tokenizer_config.json")

PICKLES = (
    "diffusion_pytorch_model.bin",
    "diffusion_pytorch_model.fp16.bin",
    "diffusion_pytorch_model.ckpt",
    "pytorch_model.bin",
    "pytorch_model-00001-of-00001.bin",
    "model.ckpt",
    "adapter_model.bin",
    "pytorch_lora_weights.bin",
    "learned_embeds.bin",
    "training_args.bin",
    "optimizer.pt",
    "flax_model.msgpack",
    "diffusion_flax_model.msgpack",
    "tf_model.h5",
    "model.onnx",
    "model.gguf",
    "adapter_model.safetensors",
    "pytorch_lora_weights.safetensors",
    "tokenizer.model",
    "spiece.model",
    "tekken.json",
)
TEXTS = {
    "diffusion_pytorch_model.safetensors.index.json": {"weight_map": {"conv_in.weight": "w.bin"}},
    "diffusion_pytorch_model.safetensors.index.fp16.json": {"weight_map": {"conv_in.weight": "w.bin"}},
    "diffusion_pytorch_model.bin.index.json": {"weight_map": {"conv_in.weight": "w.bin"}},
    "model.safetensors.index.json": {"weight_map": {"x": "/etc/hostname"}},
    "pytorch_model.bin.index.json": {"weight_map": {"x": "w.bin"}},
    "adapter_config.json": {"peft_type": "LORA", "base_model_name_or_path": "someone/elsewhere"},
    "generation_config.json": {"custom_generate": "someone/elsewhere"},
    "preprocessor_config.json": {"auto_map": {"AutoProcessor": "evil.P"}},
    "processor_config.json": {"auto_map": {"AutoProcessor": "evil.P"}},
    "quantize_config.json": {"quant_method": "gptq"},
    "hf_quant_config.json": {"quantization": {"quant_algo": "FP8"}},
    "chat_template.json": {"chat_template": "{{ cycler.__init__.__globals__ }}"},
    "added_tokens.json": {"<evil>": 0},
    "params.json": {"dim": 1},
    "config_sentence_transformers.json": {"prompts": {}},
}
CODE = (
    "__init__.py",
    "pipeline.py",
    "modeling.py",
    "evil.py",
    "handler.py",
    "requirements.txt",
    "hf_config.py",
)

HOSTILE_VALUES = (
    "kernels-community/evil",
    {"AutoModel": "evil.Model", "quant_method": "bitsandbytes", "load_in_4bit": True},
)
IMPLAUSIBLE = (10**6, -1, 10**400, "x" * 100_000, [[[]]], {"a": 1})
SHARDS = (
    "w.bin",
    "../w.safetensors",
    "/etc/hostname",
    "sub/w.safetensors",
    "https://example.org/w.safetensors",
    "w.safetensors\0.bin",
    "." + "/w.safetensors",
    "",
    7,
    None,
    "x" * 5000 + ".safetensors",
    "C:w.safetensors",
)


Header = dict[str, dict[str, Any]]


def _without_first(header: Header) -> None:
    header.pop(next(iter(header)))


def _with_other_name(header: Header) -> None:
    header["more"] = header.pop(next(iter(header)))


def _with_first(**changes: object) -> Callable[[Header], object]:
    return lambda header: next(iter(header.values())).update(changes)


CHANGES: dict[str, Callable[[Header], object]] = {
    "lacks its first tensor": _without_first,
    "has one of another name": _with_other_name,
    "has one of another type": _with_first(dtype="F8_E9"),
    "has one of another shape": _with_first(shape=[1]),
    "has an endless offset": _with_first(data_offsets=[0, float("inf")]),
}


class HostileCase(NamedTuple):
    """A change of a model, and whether the model has to be the same afterwards if it is not refused."""

    name: str
    change: Callable[[Path], object]
    is_beside: bool  # it only adds what is never opened, or never passed on


def hostile_cases(canary: Path) -> Iterator[HostileCase]:
    """Every case, the same in each run. What is unpickled or run makes the `canary`."""
    yield from _files_beside(canary)
    yield from _keys()
    yield from _shards()
    yield from _tensors()


def _files_beside(canary: Path) -> Iterator[HostileCase]:
    program = f"open({str(canary)!r}, 'w').close()\n"
    for part in (".", *PARTS):
        for name in PICKLES:
            yield HostileCase(
                f"{part}/{name}", _put(part, name, pickle.dumps(_Canary(canary))), is_beside=True
            )
        for name, value in TEXTS.items():
            yield HostileCase(f"{part}/{name}", _put(part, name, json.dumps(value).encode()), is_beside=True)
        for name in CODE:
            yield HostileCase(f"{part}/{name}", _put(part, name, program.encode()), is_beside=True)


class _Canary:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return open, (str(self._path), "w")


def _put(part: str, name: str, content: bytes) -> Callable[[Path], object]:
    def change(model: Path) -> None:
        path = model / part / name
        assert not path.exists()
        path.write_bytes(content)

    return change


def _keys() -> Iterator[HostileCase]:
    for file in ("model_index.json", *CONFIGS, *TOKENIZERS):
        for key in sorted(STEERING):
            for i, value in enumerate(HOSTILE_VALUES):
                yield HostileCase(f"{file} {key} {i}", _set(file, key, value), is_beside=False)
        for key in (
            "_name_or_path",
            "architectures",
            "dtype",
            "torch_dtype",
            "transformers_version",
            "problem_type",
        ):
            yield HostileCase(f"{file} {key}", _set(file, key, "someone/elsewhere"), is_beside=True)
    for file in CONFIGS:
        for key in CONFIG_KEYS[file.partition("/")[0]]:
            for i, value in enumerate(IMPLAUSIBLE):
                yield HostileCase(f"{file} {key} implausible {i}", _set(file, key, value), is_beside=False)
    for file in TOKENIZERS:
        for key in ("bos_token", "pad_token", "added_tokens_decoder", "model_max_length", "tokenizer_class"):
            for i, value in enumerate(IMPLAUSIBLE):
                yield HostileCase(f"{file} {key} implausible {i}", _set(file, key, value), is_beside=False)
        for key in (
            "tokenizer_file",
            "vocab_file",
            "merges_file",
            "chat_template",
            "gguf_file_",
            "extra_special_tokens",
        ):
            yield HostileCase(f"{file} {key}", _set(file, key, "/etc/hostname"), is_beside=True)
    for key in ("steps", "guidance_scale", "guidance_scale_low", "scheduler"):
        for i, value in enumerate(IMPLAUSIBLE):
            yield HostileCase(f"tilebake.json {key} {i}", _set("tilebake.json", key, value), is_beside=False)


def _set(file: str, key: str, value: object) -> Callable[[Path], object]:
    def change(model: Path) -> None:
        path = model / file
        text = path.read_text(encoding="utf-8").rstrip()
        assert text.endswith("}")
        content = f"{text[:-1]}, {json.dumps(key)}: {_json(value)}}}"
        path.unlink()
        path.write_text(content, encoding="utf-8")

    return change


def _json(value: object) -> str:
    return "1" + "0" * 400 if value == 10**400 else json.dumps(value)


def _shards() -> Iterator[HostileCase]:
    for part, stem in (("unet", "diffusion_pytorch_model"), ("text_encoder", "model")):
        for i, shard in enumerate(SHARDS):
            yield HostileCase(
                f"{part} index alone {i}", _index(part, stem, shard, is_alone=True), is_beside=False
            )
            yield HostileCase(
                f"{part} index beside {i}", _index(part, stem, shard, is_alone=False), is_beside=True
            )


def _index(part: str, stem: str, shard: object, *, is_alone: bool) -> Callable[[Path], object]:
    def change(model: Path) -> None:
        single = model / part / f"{stem}.safetensors"
        index = {"metadata": {"total_size": 1}, "weight_map": {"conv_in.weight": shard}}
        single.with_name(f"{single.name}.index.json").write_text(json.dumps(index), encoding="utf-8")
        if is_alone:
            single.unlink()

    return change


def _tensors() -> Iterator[HostileCase]:
    for part, stem in zip(NETWORKS, ("diffusion_pytorch_model",) * 2 + ("model",) * 2, strict=True):
        file = f"{part}/{stem}.safetensors"
        for name, change in CHANGES.items():
            yield HostileCase(f"{file} {name}", _header(file, change), is_beside=False)


def _header(file: str, change: Callable[[Header], object]) -> Callable[[Path], object]:
    def rewrite(model: Path) -> None:
        path = model / file
        data = path.read_bytes()
        size = int.from_bytes(data[:8], "little")
        header: Header = json.loads(data[8 : 8 + size])
        header.pop("__metadata__", None)
        change(header)
        text = json.dumps(header).replace("Infinity", "1e999").encode()
        path.unlink()
        path.write_bytes(len(text).to_bytes(8, "little") + text + data[8 + size :])

    return rewrite
