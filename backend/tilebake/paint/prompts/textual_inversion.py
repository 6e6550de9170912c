"""Add the vectors of textual inversions (Gal et al. 2022, arXiv:2208.01618) to a model's text encoders."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import torch
from torch import nn
from transformers import CLIPTextModel, CLIPTextModelWithProjection

from tilebake.errors import Location, ModelError
from tilebake.level.edit.weight_syntax import WeightedText
from tilebake.models.added.embeddings import EncoderVectors, embedding_file
from tilebake.paint.model.bulkhead import guard
from tilebake.paint.model.components import Parts
from tilebake.paint.model.weights_file import open_weights
from tilebake.paint.prompts.tokens import number_vectors, tokenize

_HINT: Final = "use a textual inversion that was trained for SDXL"
_Encoder = CLIPTextModel | CLIPTextModelWithProjection


def add_embeddings(parts: Parts, named: Sequence[tuple[str, Path]]) -> Parts:
    """Return the parts with a token for each vector of these files, behind those that the encoders know.

    The encoders' tables of embeddings grow in place. Raises ModelError for vectors of another model, and for
    a name that is a word to the model already.
    """
    files = {name: embedding_file(path) for name, path in named}
    for name, file in files.items():
        _refuse_known(parts, name, file.first.path)
    encoders: tuple[_Encoder, ...] = (parts.text_encoder, parts.text_encoder_2)
    known = max(_table(encoder).num_embeddings for encoder in encoders)
    for number, encoder in enumerate(encoders):
        _grow(encoder, known, [_read(file[number], _table(encoder)) for file in files.values()])
    return replace(
        parts, vectors=number_vectors({name: file.first.rows for name, file in files.items()}, known)
    )


def _refuse_known(parts: Parts, name: str, path: Path) -> None:
    """Raise ModelError for a name that is one token: the model was taught what it means."""
    text = (WeightedText(name, 1.0),)
    if any(len(tokenize(each, text)) < 2 for each in (parts.tokenizer, parts.tokenizer_2)):
        what = f"is to stand for {name!r}, which is a word to the model already"
        hint = f"give it a name of its own, as in {name}-style"
        raise ModelError(what, where=Location(path), hint=hint)


def _read(vectors: EncoderVectors, table: nn.Embedding) -> torch.Tensor:
    """Read one encoder's vectors [count, width], in the type of its table."""
    if vectors.width != table.embedding_dim:
        due = table.embedding_dim
        what = f"has vectors {vectors.key[:60]!r} of {vectors.width} numbers; the model's have {due}"
        raise ModelError(what, where=Location(vectors.path), hint=_HINT)
    with guard(vectors.path, "cannot be loaded", _HINT), open_weights(vectors.path) as file:
        read = file.read(vectors.key).reshape(vectors.rows, vectors.width).float()
    if not torch.isfinite(read).all():
        what = f"has vectors {vectors.key[:60]!r} that are not finite"
        raise ModelError(what, where=Location(vectors.path), hint=_HINT)
    return read.to(table.weight.dtype)


def _grow(encoder: _Encoder, known: int, vectors: Sequence[torch.Tensor]) -> None:
    """Put vectors behind an encoder's table, from row `known` on."""
    table = _table(encoder)
    unused = table.weight.new_zeros(known - table.num_embeddings, table.embedding_dim)
    rows = torch.cat([table.weight.detach(), unused, *vectors])
    encoder.set_input_embeddings(nn.Embedding.from_pretrained(rows))


def _table(encoder: _Encoder) -> nn.Embedding:
    table = encoder.get_input_embeddings()
    assert isinstance(table, nn.Embedding), "CLIP's text encoders look tokens up"
    return table
