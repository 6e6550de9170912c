"""Hostile models, made by rule: every file name and every key that the libraries know, in each place.

A case changes a copy of a harmless model. The names come from diffusers, transformers, peft and
huggingface_hub: whatever one of them would look for by itself stands here as what must not be opened.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from tests.helpers.hostile_headers import canary_pickle, damages, join_weights, split_weights
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


Due = Literal["same", "refused or same", "any"]
Change = Callable[[Path], object]


class HostileCase(NamedTuple):
    """A change of a model, and what is due.

    "same": it only adds what is never opened, or never passed on. "any": what it says may be a model too.
    """

    name: str
    change: Change
    due: Due


def hostile_cases(canary: Path) -> Iterator[HostileCase]:
    """Every case, the same in each run. What is unpickled or run makes the `canary`."""
    yield from files_beside(canary, (".", *PARTS))
    yield from hostile_keys()
    yield from _shards()
    for part, stem in zip(NETWORKS, ("diffusion_pytorch_model",) * 2 + ("model",) * 2, strict=True):
        yield from damaged_weights(f"{part}/{stem}.safetensors", canary)


def files_beside(canary: Path, parts: Sequence[str]) -> Iterator[HostileCase]:
    """What a library would look for beside a model, in each of these folders."""
    program = f"open({str(canary)!r}, 'w').close()\n"
    for part in parts:
        for name in PICKLES:
            yield HostileCase(f"{part}/{name}", _put(part, name, canary_pickle(canary)), "same")
        for name, value in TEXTS.items():
            yield HostileCase(f"{part}/{name}", _put(part, name, json.dumps(value).encode()), "same")
        for name in CODE:
            yield HostileCase(f"{part}/{name}", _put(part, name, program.encode()), "same")


def _put(part: str, name: str, content: bytes) -> Change:
    def change(model: Path) -> None:
        path = model / part / name
        assert not path.exists()
        path.write_bytes(content)

    return change


def hostile_keys() -> Iterator[HostileCase]:
    """Every key of every configuration, with values that steer, or that no model has."""
    for file in ("model_index.json", *CONFIGS, *TOKENIZERS):
        for key in sorted(STEERING):
            for i, value in enumerate(HOSTILE_VALUES):
                yield HostileCase(f"{file} {key} {i}", set_key(file, key, value), "any")
        for key in (
            "_name_or_path",
            "architectures",
            "dtype",
            "torch_dtype",
            "transformers_version",
            "problem_type",
        ):
            yield HostileCase(f"{file} {key}", set_key(file, key, "someone/elsewhere"), "same")
    for file in CONFIGS:
        for key in CONFIG_KEYS[file.partition("/")[0]]:
            for i, value in enumerate(IMPLAUSIBLE):
                yield HostileCase(f"{file} {key} implausible {i}", set_key(file, key, value), "any")
    for file in TOKENIZERS:
        for key in ("bos_token", "pad_token", "added_tokens_decoder", "model_max_length", "tokenizer_class"):
            for i, value in enumerate(IMPLAUSIBLE):
                yield HostileCase(f"{file} {key} implausible {i}", set_key(file, key, value), "any")
        for key in (
            "tokenizer_file",
            "vocab_file",
            "merges_file",
            "chat_template",
            "gguf_file_",
            "extra_special_tokens",
        ):
            yield HostileCase(f"{file} {key}", set_key(file, key, "/etc/hostname"), "same")
    for key in ("steps", "guidance_scale", "guidance_scale_low", "scheduler"):
        for i, value in enumerate(IMPLAUSIBLE):
            yield HostileCase(f"tilebake.json {key} {i}", set_key("tilebake.json", key, value), "any")


def set_key(file: str, key: str, value: object) -> Change:
    """Add a key to a JSON object in a file."""

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
            yield HostileCase(f"{part} index alone {i}", _index(part, stem, shard, is_alone=True), "any")
            yield HostileCase(f"{part} index beside {i}", _index(part, stem, shard, is_alone=False), "same")


def _index(part: str, stem: str, shard: object, *, is_alone: bool) -> Change:
    def change(model: Path) -> None:
        single = model / part / f"{stem}.safetensors"
        index = {"metadata": {"total_size": 1}, "weight_map": {"conv_in.weight": shard}}
        single.with_name(f"{single.name}.index.json").write_text(json.dumps(index), encoding="utf-8")
        if is_alone:
            single.unlink()

    return change


def damaged_weights(file: str, canary: Path) -> Iterator[HostileCase]:
    """Every damage to a safetensors file, and tensors that are missing or misnamed."""
    for damage in damages(canary):
        yield HostileCase(f"{file}: {damage.name}", rewrite(file, damage.change), "refused or same")
    yield HostileCase(f"{file} lacks its first tensor", rewrite(file, _without_first), "refused or same")
    yield HostileCase(f"{file} has one of another name", rewrite(file, _with_other_name), "refused or same")


def rewrite(file: str, change: Callable[[bytes], bytes]) -> Change:
    """Write a file anew, never through a link."""

    def change_file(model: Path) -> None:
        path = model / file
        content = change(path.read_bytes())
        path.unlink()
        path.write_bytes(content)

    return change_file


def _without_first(content: bytes) -> bytes:
    header, data = split_weights(content)
    first = min(header, key=lambda name: header[name]["data_offsets"])
    size = header.pop(first)["data_offsets"][1]
    for entry in header.values():
        entry["data_offsets"] = [offset - size for offset in entry["data_offsets"]]
    return join_weights(header, data[size:])


def _with_other_name(content: bytes) -> bytes:
    header, data = split_weights(content)
    header["more"] = header.pop(next(iter(header)))
    return join_weights(header, data)
