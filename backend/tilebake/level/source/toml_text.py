"""Parse TOML, and say where a mistake in it is."""

import re
import tomllib
from pathlib import Path

from tilebake.errors import Location, ProjectError
from tilebake.level.source.encoding import number, position
from tilebake.level.source.toml_keys import MOST_PARTS, find_long_key

_TOML_POSITION = re.compile(r" \((at line (?P<line>\d+), column (?P<column>\d+)|at end of document)\)$")


def parse_toml(text: str, file: Path) -> dict[str, object]:
    """Parse the text of a TOML file. Raises ProjectError with line and column."""
    if (at := find_long_key(text)) is not None:
        what = f"a key has more than {MOST_PARTS} parts"
        raise ProjectError(what, where=Location(file, *position(text, at)), hint="put quotes around the text")
    try:
        return tomllib.loads(text, parse_float=number)
    except RecursionError:
        raise ProjectError("nested too deep", where=Location(file), hint="remove brackets") from None
    except tomllib.TOMLDecodeError as error:
        hint = 'write key = value, texts in "double quotes"'
        what = f"not TOML: {_TOML_POSITION.sub('', str(error))}"
        raise ProjectError(what, where=Location(file, *_position(text, str(error))), hint=hint) from None
    except ValueError:  # Python's own limit on the digits of whole numbers
        hint = "write a shorter one"
        raise ProjectError("a number has too many digits", where=Location(file), hint=hint) from None


def _position(text: str, message: str) -> tuple[int, int]:
    """Return line and column that tomllib's message ends with; the end of the text where it names none."""
    found = _TOML_POSITION.search(message)
    if found is None or found["line"] is None:
        return position(text, len(text))
    return int(found["line"]), int(found["column"])
