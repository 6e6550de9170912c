"""Helpers that several tests share."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
"""The repository: programs of this package run there, as `python -m tests.helpers.NAME`."""
