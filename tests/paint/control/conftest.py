"""Prompts and maps for tests of attention control, on the tiny SDXL and on the embedded model."""

from collections.abc import Callable

import pytest

from tilebake.paint.models import Components
from tilebake.paint.prompts import PromptEmbeds, encode_prompt


@pytest.fixture
def encode(tiny_components: Components) -> Callable[[str], PromptEmbeds]:
    """Encodes prompts by the tiny model. It knows a few words whole; the others it reads in pieces."""
    return lambda text: encode_prompt(tiny_components, text)
