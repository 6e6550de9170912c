r"""Make valid Unicode of text that holds file names: they are bytes, and some of them are no UTF-8.

Python keeps such bytes as lone surrogates, which neither SQLite nor JSON takes. Here they become `\xff`.
"""

import json
from pathlib import PurePath
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError


def valid_text(text: str) -> str:
    """Return a text with what is no Unicode written as its bytes."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "".join(_valid_character(character) for character in text)
    return text


def valid_name(relative: PurePath) -> str:
    """Return a path with forward slashes as a text that no other path below the same folder has.

    One that had to be rewritten begins with `./`, as no other does, and its backslashes are doubled.
    """
    text = relative.as_posix()
    valid = valid_text(text)
    return text if valid == text else f"./{valid_text(text.replace(chr(92), 2 * chr(92)))}"


def json_bytes(adapter: TypeAdapter[Any], value: object) -> bytes:
    """Return a value as JSON, whatever texts it holds."""
    try:
        return adapter.dump_json(value)
    except PydanticSerializationError:
        plain = _valid(adapter.dump_python(value, mode="json"))
        return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _valid(value: Any) -> Any:
    match value:
        case str():
            return valid_text(value)
        case dict():
            return {_valid(key): _valid(each) for key, each in value.items()}
        case list() | tuple():
            return [_valid(each) for each in value]
        case _:
            return value


def _valid_character(character: str) -> str:
    try:
        character.encode("utf-8")
    except UnicodeEncodeError:
        code = ord(character)  # U+DC80 to U+DCFF stand for one byte each
        return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"
    return character
