"""Handle what a test needs and is not installed: CI has to have it, anybody else reads how to get it."""

import os
from typing import NoReturn

import pytest


def fail_or_skip(reason: str) -> NoReturn:
    """Fail in CI, skip elsewhere."""
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
