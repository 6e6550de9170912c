"""Refuse dotted TOML keys of very many parts before they are parsed: Python's parser takes quadratic time."""

import re
from typing import Final

MOST_PARTS: Final = 16  # of a key; tilebake.toml has at most three

_PART: Final = r"""(?:[A-Za-z0-9_-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')"""
# What may hold dots and is no key comes first, so that a prompt may have as many as it likes.
_TOKEN: Final = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:"""|\Z)'
    r"|'''(?:[^']|'(?!''))*+(?:'''|\Z)"
    rf"|(?P<long>{_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{{MOST_PARTS},}}+)"
    rf"|{_PART}(?:[ \t]*+\.[ \t]*+{_PART})*+"
    r"|#[^\n]*+"
    r"""|"(?:[^"\\\n]|\\.)*+|'[^'\n]*+""",  # a text that does not end
    re.DOTALL,
)


def find_long_key(text: str) -> int | None:
    """Return where the first dotted key of more than MOST_PARTS parts begins, or None."""
    return next((token.start() for token in _TOKEN.finditer(text) if token["long"]), None)
