"""Hostile single-file checkpoints, made by rule: the file, its configurations, its settings, its vocabulary.

They change a folder with tiny.safetensors, tiny.config/, tiny.tilebake.json and tokenizer/.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.helpers.hostile_headers import Header, join_weights, split_weights, with_metadata
from tests.helpers.hostile_models import (
    IMPLAUSIBLE,
    PARTS,
    HostileCase,
    damaged_weights,
    files_beside,
    hostile_keys,
    rewrite,
    set_key,
)

FILE = "tiny.safetensors"
CONFIG = "tiny.config"
PREFIXES = (
    "model.diffusion_model.",
    "first_stage_model.",
    "conditioner.embedders.0.transformer.",
    "conditioner.embedders.1.model.",
)

# What web interfaces, trainers and libraries read in a checkpoint's header.
METADATA_KEYS = (
    "format",
    "modelspec.architecture",
    "modelspec.implementation",
    "modelspec.prediction_type",
    "modelspec.hash_sha256",
    "modelspec.thumbnail",
    "modelspec.sai_model_spec",
    "modelspec.encoder_layer",
    "ss_base_model_version",
    "ss_network_module",
    "ss_network_args",
    "ss_sd_model_name",
    "ss_v2",
    "ss_zero_terminal_snr",
    "sd_merge_recipe",
    "sd_merge_models",
    "lora_adapter_metadata",
    "quantization_config",
    "_quantization_metadata",
    "config",
    "auto_map",
    "model_index.json",
    "total_size",
)
METADATA_VALUES = (
    "pickle",
    '{"target_modules": "(a+)+$", "megatron_core": "evil_module"}',
    "/etc/hostname",
    "https://example.org/evil.safetensors",
    "data:text/html,<script>",
    "",
)
NAMES = (
    "evil",
    "",
    ".",
    "..weight",
    "__class__.weight",
    "forward.weight",
    "input_blocks.0.0.weight.weight",
    "input_blocks.99999.0.in_layers.0.weight",
    "input_blocks.-1.0.weight",
    "input_blocks.x.0.weight",
    "input_blocks.1.0.op.weight",
    "output_blocks.0.weight",
    "middle_block.1.weight",
    "decoder.up.9.block.0.conv1.weight",
    "decoder.up.x.weight",
    "transformer.resblocks.x.attn.in_proj_weight",
    "transformer.resblocks.0.attn.in_proj_weight",
    "text_model.encoder.layers.99.mlp.fc1.weight",
    "../../outside.weight",
    "\x1b[2Jevil\u202e.weight",
    "n" * 100_000,
)
VOCABULARIES: tuple[object, ...] = (
    [],
    {},
    {"a": -1},
    {"a": 1.5},
    {"a": True},
    {"a": 10**400},
    {"a": None},
    {"<|endoftext|>": 0, "a": 0},
    {"a" * 1_000_000: 0},
    {f"t{number}": number for number in range(200_000)},
    "deep",
)
TOKENIZER_JSONS: tuple[object, ...] = (
    {"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a b c"]}},
    {"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [["a", 7]]}},
    {"model": {"type": "WordPiece", "vocab": {"a": 0}}},
    {"model": "evil"},
    {"model": {"vocab": {"a": 0}, "merges": []}, "added_tokens": [{"id": 10**9, "content": "x"}]},
    {"model": {"vocab": {"a": 0}, "merges": []}, "added_tokens": [{"id": 1, "content": ""}]},
    {
        "model": {"vocab": {"a": 0}, "merges": []},
        "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "(a+)+$"}},
    },
)
MERGES = ("a", "a b c", "\0 \0\n" * 1000, "\ud800 x", "#version: 9\n" * 100_000, "x" * (1 << 20))


def hostile_checkpoints(canary: Path) -> Iterator[HostileCase]:
    """Every case, the same in each run. What is unpickled or run makes the `canary`."""
    yield from damaged_weights(FILE, canary)
    for key in METADATA_KEYS:
        for i, value in enumerate(METADATA_VALUES):
            yield HostileCase(f"metadata {key} {i}", rewrite(FILE, with_metadata({key: value})), "same")
    for prefix in PREFIXES:
        yield from _tensors(prefix)
    yield from _configurations(canary)
    yield from files_beside(canary, (".", "tokenizer"))
    yield from _vocabularies()


def _tensors(prefix: str) -> Iterator[HostileCase]:
    def case(name: str, change: Callable[[Header], object]) -> HostileCase:
        def changed(content: bytes) -> bytes:
            header, data = split_weights(content)
            change(header)
            return join_weights(header, data)

        return HostileCase(f"{prefix} {name}", rewrite(FILE, changed), "refused or same")

    for place in (0, 0.2, 0.5, 0.8, 1):

        def rename(header: Header, place: float = place) -> None:
            name = _at(header, prefix, place)
            header[f"{name}.evil"] = header.pop(name)

        def reshape(header: Header, place: float = place) -> None:
            entry = header[_at(header, prefix, place)]
            begin, end = entry["data_offsets"]
            entry["shape"] = [(end - begin) // 4, 1, 1]

        def halve(header: Header, place: float = place) -> None:
            entry = header[_at(header, prefix, place)]
            begin, end = entry["data_offsets"]
            entry.update(dtype="F16", shape=[(end - begin) // 2])

        yield case(f"misnamed at {place}", rename)
        yield case(f"of another shape at {place}", reshape)
        yield case(f"of another type and width at {place}", halve)
    for name in NAMES:
        yield case(f"{name[:40]!r} more", _with_empty(prefix + name))
    yield case("20,000 more", _with_many(prefix, 20_000))


def _at(header: Header, prefix: str, place: float) -> str:
    names = [name for name in header if name.startswith(prefix)]
    return names[int(place * (len(names) - 1))]


def _with_empty(name: str) -> Callable[[Header], object]:
    return lambda header: header.update({name: {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}})


def _with_many(prefix: str, count: int) -> Callable[[Header], object]:
    entry = {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}
    names = (f"{prefix}input_blocks.{10_000 + number}.0.in_layers.0.weight" for number in range(count))
    return lambda header: header.update(dict.fromkeys(names, entry))


def _configurations(canary: Path) -> Iterator[HostileCase]:
    """Those of a folder, where the tokenizer is one and its own settings count less."""
    for case in (*files_beside(canary, (".", *PARTS)), *hostile_keys()):
        is_settings = case.name.startswith("tilebake.json")
        if not is_settings:
            yield HostileCase(f"{CONFIG}/{case.name}", _below(CONFIG, case), case.due)
    for key in ("steps", "guidance_scale", "guidance_scale_low", "scheduler"):
        for i, value in enumerate(IMPLAUSIBLE):
            yield HostileCase(
                f"tiny.tilebake.json {key} {i}", set_key("tiny.tilebake.json", key, value), "any"
            )


def _below(folder: str, case: HostileCase) -> Callable[[Path], object]:
    return lambda model: case.change(model / folder)


def _vocabularies() -> Iterator[HostileCase]:
    """In the configurations' folder, where it goes first, and beside the file."""
    for folder in ("tokenizer", f"{CONFIG}/tokenizer"):
        for i, value in enumerate(VOCABULARIES):
            content = b"[" * 100_000 if value == "deep" else json.dumps(value).encode()
            yield HostileCase(f"{folder}/vocab.json {i}", _write(f"{folder}/vocab.json", content), "any")
        for i, text in enumerate(MERGES):
            content = text.encode("utf-8", "surrogatepass")
            yield HostileCase(f"{folder}/merges.txt {i}", _write(f"{folder}/merges.txt", content), "any")
        for i, value in enumerate(TOKENIZER_JSONS):
            content = json.dumps(value).encode()
            yield HostileCase(
                f"{folder}/tokenizer.json {i}", _write(f"{folder}/tokenizer.json", content), "any"
            )


def _write(file: str, content: bytes) -> Callable[[Path], object]:
    def change(model: Path) -> None:
        path = model / file
        path.unlink(missing_ok=True)
        path.write_bytes(content)

    return change
