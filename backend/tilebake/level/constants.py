"""Hold the numbers that are needed where nothing heavy may be imported, such as in --help."""

from typing import Final

MAX_SEED: Final = 2**53 - 1  # the largest that every JSON reader keeps exactly
