"""Hold the range of seeds, without importing anything heavy."""

from typing import Final

MAX_SEED: Final = 2**53 - 1  # the largest that every JSON reader keeps exactly
