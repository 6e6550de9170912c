"""Read CLIP's vocabulary: the files of a tokenizer, and where a single-file checkpoint finds one."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

from tilebake.errors import Location, ModelError
from tilebake.models.config_check import refuse_steering
from tilebake.models.hub_cache import list_fetched
from tilebake.models.model_file import VOCABULARY_LIMIT, AbsentModelError, read_bounded, read_json

PAD_TOKENS: Final = {"tokenizer": "<|endoftext|>", "tokenizer_2": "!"}  # what SDXL was trained with

_WHOLE: Final = "tokenizer.json"
_VOCABULARY: Final = "vocab.json"
_MERGES: Final = "merges.txt"
_SETTINGS: Final = "tokenizer_config.json"
_SPECIALS: Final = "special_tokens_map.json"
_SPECIAL_TOKENS: Final = ("bos_token", "eos_token", "unk_token", "pad_token")
_CLASSES: Final = ("CLIPTokenizer", "CLIPTokenizerFast")

_FLAGS: Final = ("single_word", "lstrip", "rstrip", "normalized", "special")
_LONGEST_TOKEN: Final = 1000


class AddedToken(NamedTuple):
    """Describe a token that is read whole, and how; None is left to its kind."""

    content: str
    flags: tuple[tuple[str, bool], ...] = ()


class Vocabulary(NamedTuple):
    """Hold all that the files of a CLIP tokenizer say of it."""

    ids: Mapping[str, int]
    merges: tuple[tuple[str, str], ...]
    specials: Mapping[str, AddedToken | str]  # by _SPECIAL_TOKENS, as far as they are given
    added: Mapping[int, AddedToken]
    length: int | None  # the most tokens of one text, if it is given


def tokenizer_files(folder: Path) -> dict[str, Path]:
    """Return the files of a CLIP tokenizer by name: those of its vocabulary, and those of its settings.

    Raises ModelError when they are not there.
    """
    names = (_WHOLE,) if (folder / _WHOLE).is_file() else (_VOCABULARY, _MERGES)
    if not all((folder / name).is_file() for name in names):
        raise ModelError(
            f"holds neither {_WHOLE} nor {_VOCABULARY} with {_MERGES}",
            where=Location(folder),
            hint="fetch it anew",
        )
    settings = [name for name in (_SETTINGS, _SPECIALS) if (folder / name).is_file()]
    return {name: folder / name for name in (*names, *settings)}


def read_vocabulary(files: Mapping[str, Path]) -> Vocabulary:
    """Read a tokenizer from these files, by name, and from no others. Raises ModelError."""
    whole = read_json(files[_WHOLE], VOCABULARY_LIMIT) if _WHOLE in files else None
    model = _part(files[_WHOLE], whole, "model") if whole is not None else {}
    source = files[_WHOLE if whole is not None else _VOCABULARY]
    ids = _part(source, model, "vocab") if whole is not None else read_json(source, VOCABULARY_LIMIT)
    if not ids or not all(type(number) is int and 0 <= number < 1 << 20 for number in ids.values()):
        raise _refusal(source, "its vocabulary is no list of tokens and their numbers")
    merges = _whole_merges(source, model) if whole is not None else _merges(files[_MERGES])
    settings = read_json(files[_SETTINGS]) if _SETTINGS in files else {}
    if _SETTINGS in files:
        _check_settings(files[_SETTINGS], settings)
    return Vocabulary(ids, merges, *_specials(files, settings, whole), _length(files, settings))


def _check_settings(path: Path, settings: Mapping[str, Any]) -> None:
    refuse_steering(path, settings)
    name = settings.get("tokenizer_class")
    if name is not None and name not in _CLASSES:
        raise ModelError(
            f"is for {str(name)[:60]}, not for CLIP's tokenizer",
            where=Location(path, json_path="$.tokenizer_class"),
            hint="use a model of SDXL's family",
        )


def _part(path: Path, value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    part = value.get(key)
    if not isinstance(part, dict):
        raise _refusal(path, f'it has no "{key}"')
    return cast("dict[str, Any]", part)


def _refusal(path: Path, why: str) -> ModelError:
    return ModelError(
        f"is no tokenizer of CLIP's kind: {why}", where=Location(path), hint="fetch the model anew"
    )


def _whole_merges(path: Path, model: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Read the merges of a tokenizer.json: pairs, or two tokens with a space between."""
    given: object = model.get("merges")
    merges: list[object] = cast("list[object]", given) if isinstance(given, list) else []
    pairs = [each.split(" ") if isinstance(each, str) else each for each in merges]
    return tuple(_pair(path, pair) for pair in pairs)


def _merges(path: Path) -> tuple[tuple[str, str], ...]:
    """Read merges.txt: a line for each, two tokens with a space between, below a line with its version."""
    try:
        text = read_bounded(path, VOCABULARY_LIMIT).decode("utf-8")
    except UnicodeDecodeError:
        raise _refusal(path, "it is no UTF-8") from None
    lines = (line.removesuffix("\r") for line in text.split("\n"))
    return tuple(_pair(path, line.split(" ")) for line in lines if line and not line.startswith("#version"))


def _pair(path: Path, parts: object) -> tuple[str, str]:
    match parts:
        case [str() as first, str() as second]:
            return first, second
        case _:
            raise _refusal(path, "a merge is no pair of tokens")


def _specials(
    files: Mapping[str, Path], settings: Mapping[str, Any], whole: Mapping[str, Any] | None
) -> tuple[Mapping[str, AddedToken | str], Mapping[int, AddedToken]]:
    """Collect special and added tokens, in the order in which transformers lets one file overrule another."""
    specials: dict[str, AddedToken | str] = {}
    added: dict[int, AddedToken] = {}
    if "added_tokens_decoder" in settings:
        listed = _part(files[_SETTINGS], settings, "added_tokens_decoder")
        added = {
            _number(files[_SETTINGS], key): _token(files[_SETTINGS], each) for key, each in listed.items()
        }
        sources = [(files[_SETTINGS], settings)]
    else:
        sources = [(files[_SETTINGS], settings)] if _SETTINGS in files else []
        sources += [(files[_SPECIALS], read_json(files[_SPECIALS]))] if _SPECIALS in files else []
        if whole is not None:
            added = dict(_added_in_whole(files[_WHOLE], whole))
    for path, given in sources:
        for key in _SPECIAL_TOKENS:
            if given.get(key) is not None:
                specials[key] = _special(path, given[key], is_special=path.name == _SPECIALS)
    by_content = {token.content: token for token in added.values()}
    named = {key: by_content.get(_content(each), each) for key, each in specials.items()}
    return named, added


def _content(token: AddedToken | str) -> str:
    return token if isinstance(token, str) else token.content


def _added_in_whole(path: Path, whole: Mapping[str, Any]) -> Iterator[tuple[int, AddedToken]]:
    listed: object = whole.get("added_tokens", [])
    for each in cast("list[Any]", listed) if isinstance(listed, list) else []:
        token = _token(path, each)
        yield _number(path, each.get("id")), token


def _number(path: Path, key: object) -> int:
    if re.fullmatch(r"\d{1,7}", str(key), re.ASCII) is None or int(str(key)) >= 1 << 20:
        raise _refusal(path, "an added token has no number")
    return int(str(key))


def _special(path: Path, value: object, *, is_special: bool) -> AddedToken | str:
    if isinstance(value, str) and 0 < len(value) <= _LONGEST_TOKEN:
        return value
    token = _token(path, value)
    return token._replace(flags=(*token.flags, ("special", True))) if is_special else token


def _token(path: Path, value: object) -> AddedToken:
    given: dict[str, object] = cast("dict[str, object]", value) if isinstance(value, dict) else {}
    content = given.get("content")
    if not isinstance(content, str) or not 0 < len(content) <= _LONGEST_TOKEN:
        raise _refusal(path, "an added token has no text")
    flags = {key: bool(given[key]) for key in _FLAGS if key in given}
    return AddedToken(content, tuple(flags.items()))


def _length(files: Mapping[str, Path], settings: Mapping[str, Any]) -> int | None:
    """Return the most tokens of one text; what transformers writes for "no end" is read as none."""
    length: object = settings.get("model_max_length")
    if length is None or (isinstance(length, int | float) and length > 1 << 20):
        return None
    if type(length) is not int or length < 3:
        raise ModelError(
            "model_max_length leaves no room for a token",
            where=Location(files[_SETTINGS], json_path="$.model_max_length"),
            hint="CLIP's is 77",
        )
    return length


def find_vocabulary(file: Path, beside: Path, vocab_size: int) -> Mapping[str, Path]:
    """Find the tokenizer of a single-file checkpoint with `vocab_size` tokens; return its files by name.

    Looked for in the folder `beside` it, in "tokenizer" beside it, then in every model of the hub cache.
    Raises ModelError when there is none.
    """
    for folder in (beside, file.parent / "tokenizer", *_fetched()):
        try:
            files = tokenizer_files(folder)
            if count_tokens(read_vocabulary(files)) == vocab_size:
                return files
        except ModelError:
            continue
    raise AbsentModelError(
        f"needs CLIP's vocabulary of {vocab_size:,} tokens, which is not part of it",
        where=Location(file),
        hint="run `tilebake models fetch clip-tokenizer` once, "
        f"or put vocab.json and merges.txt of any SDXL model into {file.parent / 'tokenizer'}",
    )


def _fetched() -> Iterator[Path]:
    for _, folder in list_fetched():
        yield from (folder / "tokenizer", folder)


def count_tokens(vocabulary: Vocabulary) -> int:
    """Count the tokens that a tokenizer knows."""
    added = {token.content for token in vocabulary.added.values()}
    return len(vocabulary.ids.keys() | added)
