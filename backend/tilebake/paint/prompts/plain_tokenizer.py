"""Read prompts as CLIP's tokenizers do, without importing torch, as transformers' own class does.

It makes the tokenizer that `transformers.CLIPTokenizer` makes, from the same library below it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tokenizers import AddedToken as FastToken
from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import BPE

from tilebake.models.vocabulary import AddedToken, Vocabulary, read_vocabulary

_WORDS: Final = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
_SPECIALS: Final = {  # of a tokenizer whose files name none
    "bos_token": "<|startoftext|>",
    "eos_token": "<|endoftext|>",
    "unk_token": "<|endoftext|>",
    "pad_token": "<|endoftext|>",
}


class PlainTokenizer:
    """Split texts into tokens as the tokenizer of these files does. Raises ModelError."""

    def __init__(
        self, files: Mapping[str, Path], text_encoder: Mapping[str, Any], pad_token: str | None = None
    ) -> None:
        vocabulary = read_vocabulary(files)
        longest: int = text_encoder["max_position_embeddings"]
        self.model_max_length = min(vocabulary.length or longest, longest)
        pad = {} if pad_token is None else {"pad_token": pad_token}
        self._tokenizer = _make(vocabulary, {**_SPECIALS, **vocabulary.specials, **pad})

    def __call__(self, text: str, **_options: object) -> Mapping[str, Any]:
        """Return the ids of a text's tokens, and where each stands in it; without start and end, always."""
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        return {"input_ids": encoded.ids, "offset_mapping": encoded.offsets}


def _make(vocabulary: Vocabulary, specials: Mapping[str, AddedToken | str]) -> Tokenizer:
    tokenizer = Tokenizer(
        BPE(
            vocab=dict(vocabulary.ids),
            merges=list(vocabulary.merges),
            continuing_subword_prefix="",
            end_of_word_suffix="</w>",
            unk_token=_content(specials["unk_token"]),
        )
    )
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    words = pre_tokenizers.Split(Regex(_WORDS), behavior="removed", invert=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [words, pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    added = [_fast(token) for _, token in sorted(vocabulary.added.items())]
    known = {token.content for token in added}
    named = [each for each in specials.values() if _content(each) not in known]
    tokenizer.add_tokens([*added, *(_fast(each, special=True) for each in named)])
    return tokenizer


def _content(token: AddedToken | str) -> str:
    return token if isinstance(token, str) else token.content


def _fast(token: AddedToken | str, *, special: bool = False) -> FastToken:
    flags = {} if isinstance(token, str) else dict(token.flags)
    return FastToken(_content(token), **{**flags, **({"special": True} if special else {})})
