"""Tell how a model reads a map's prompts by its tokenizers and configurations: it need not be loaded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from tilebake.level.edit.weight_syntax import parse_prompt
from tilebake.level.tilemap import TileMap
from tilebake.models.added.embeddings import embedding_file
from tilebake.models.config_check import read_config
from tilebake.models.folder_check import CONFIG_NAME
from tilebake.models.reference import ModelSource, checkpoint_files
from tilebake.models.vocabulary import PAD_TOKENS, tokenizer_files
from tilebake.paint.prompts.plain_tokenizer import PlainTokenizer
from tilebake.paint.prompts.tokens import Token, Vectors, chunk_count, number_vectors, tokenize

_TOKENIZERS: Final = {"tokenizer": "text_encoder", "tokenizer_2": "text_encoder_2"}
_FilesByName = Mapping[str, Mapping[str, Path]]
_USUAL_WIDTH: Final = 512  # of a text encoder whose configuration says none
_USUAL_TOKENS: Final = 49_408  # likewise


@dataclass(frozen=True)
class ReadPrompt:
    """Hold a prompt as a model reads it, and the shapes of its embeddings."""

    text: str  # without the weights' syntax
    tokens: tuple[Token, ...]
    prompt_embeds: tuple[int, int, int]  # [1, T, D]
    pooled_prompt_embeds: tuple[int, int]  # [1, P]


class _Encoders(NamedTuple):
    """Hold the tokenizers of a model, and the widths of what its text encoders return."""

    tokenizers: tuple[PlainTokenizer, ...]
    vectors: Vectors
    width: int
    pooled_width: int


def read_prompts(tilemap: TileMap, source: ModelSource) -> dict[str, ReadPrompt]:
    """Return every prompt of a map by the name of what it is for, in the order in which they count.

    Raises ModelError for a model without sound tokenizers.
    """
    encoders = _encoders_of(source)
    return {role: _read(encoders, text) for role, text in _texts(tilemap)}


def _texts(tilemap: TileMap) -> Iterator[tuple[str, str]]:
    yield "(base)", tilemap.base_prompt
    yield from ((terrain.name, terrain.prompt) for terrain in tilemap.terrains)
    negative = tilemap.negative_prompt or ""
    yield "(negative)", negative
    if any(terrain.negative_prompt is not None for terrain in tilemap.terrains):
        for terrain in tilemap.terrains:
            own = negative if terrain.negative_prompt is None else terrain.negative_prompt
            yield f"{terrain.name} (negative)", own
    for name, rewrite in tilemap.edit.rewrites.items() if tilemap.edit else ():
        yield f"{name or '(base)'} (edited)", rewrite.prompt


def _read(encoders: _Encoders, prompt: str) -> ReadPrompt:
    stretches = parse_prompt(prompt)
    read = [tokenize(tokenizer, stretches, encoders.vectors) for tokenizer in encoders.tokenizers]
    first, *_ = encoders.tokenizers
    chunks = max(
        chunk_count(tokenizer, tokens) for tokenizer, tokens in zip(encoders.tokenizers, read, strict=True)
    )
    return ReadPrompt(
        text="".join(stretch.text for stretch in stretches),
        tokens=read[0],
        prompt_embeds=(1, chunks * first.model_max_length, encoders.width),
        pooled_prompt_embeds=(1, encoders.pooled_width),
    )


def _encoders_of(source: ModelSource) -> _Encoders:
    configs, files = _files_of(source)
    pads = PAD_TOKENS if source.kind == "file" else {}
    tokenizers = tuple(
        PlainTokenizer(files[name], configs[encoder], pads.get(name)) for name, encoder in _TOKENIZERS.items()
    )
    width = sum(config.get("hidden_size", _USUAL_WIDTH) for config in configs.values())
    known = max(config.get("vocab_size", _USUAL_TOKENS) for config in configs.values())
    named = {name: embedding_file(path).first.rows for name, path in source.added.embeddings}
    vectors = number_vectors(named, known)
    return _Encoders(
        tokenizers, vectors, width, configs["text_encoder_2"].get("projection_dim", _USUAL_WIDTH)
    )


def _files_of(source: ModelSource) -> tuple[Mapping[str, Mapping[str, Any]], _FilesByName]:
    """Return the text encoders' configurations, and the files of each tokenizer, by their names."""
    if source.kind == "file":
        checkpoint = checkpoint_files(source.path)
        paths = checkpoint.configs
        files = dict.fromkeys(_TOKENIZERS, checkpoint.tokenizer)
    else:
        paths = {encoder: source.path / encoder / CONFIG_NAME for encoder in _TOKENIZERS.values()}
        files = {name: tokenizer_files(source.path / name) for name in _TOKENIZERS}
    return {encoder: read_config(paths[encoder], encoder) for encoder in _TOKENIZERS.values()}, files
