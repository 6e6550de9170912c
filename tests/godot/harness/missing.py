"""What a test needs and is not here: a machine of CI has to have it, anybody else is told how to get it."""

import os
from typing import NoReturn

import pytest


def is_missing(words: str) -> NoReturn:
    """Fail in CI, skip elsewhere."""
    if os.environ.get("CI"):
        pytest.fail(words, pytrace=False)
    pytest.skip(words)
