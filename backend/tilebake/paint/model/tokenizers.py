"""Make CLIP's tokenizers from a vocabulary that was read, by known settings alone."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from tokenizers import AddedToken as FastToken
from transformers import CLIPTokenizer

from tilebake.errors import Location, ModelError
from tilebake.models.vocabulary import AddedToken, read_vocabulary


def make_tokenizer(
    files: Mapping[str, Path], text_encoder: Mapping[str, Any], pad_token: str | None = None
) -> CLIPTokenizer:
    """Make a tokenizer from its files, by name, for a text encoder of this configuration.

    `pad_token` goes before the files' own. Raises ModelError for files that are none of a tokenizer, and for
    tokens that the text encoder does not know.
    """
    vocabulary = read_vocabulary(files)
    longest, tokens = text_encoder["max_position_embeddings"], text_encoder["vocab_size"]
    specials = {**vocabulary.specials, **({} if pad_token is None else {"pad_token": pad_token})}
    added = {number: _fast(token) for number, token in vocabulary.added.items()}
    by_content = {token.content: token for token in added.values()}
    named: dict[str, Any] = {
        key: _fast(each) if isinstance(each, AddedToken) else by_content.get(each, each)
        for key, each in specials.items()
    }
    tokenizer = CLIPTokenizer(
        vocab=dict(vocabulary.ids),
        merges=cast("Any", list(vocabulary.merges)),
        added_tokens_decoder=added,
        model_max_length=min(vocabulary.length or longest, longest),
        **named,
    )
    most = max(tokenizer.get_vocab().values())
    if most >= tokens:
        raise ModelError(
            f"its tokenizer knows token {most:,}, and its text encoder {tokens:,} tokens from 0 on",
            where=Location(next(iter(files.values()))),
            hint="use the tokenizer that was trained with this text encoder",
        )
    return tokenizer


def _fast(token: AddedToken) -> FastToken:
    return FastToken(token.content, **dict(token.flags))
