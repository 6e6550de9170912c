"""Hold SDXL's parts as a loader finds them, before they are moved to a device."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import diffusers.utils.logging as diffusers_logging
import transformers.utils.logging as transformers_logging
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer


@dataclass(frozen=True, eq=False)
class Parts:
    """Hold SDXL's models, tokenizers and noise schedule."""

    unet: UNet2DConditionModel
    vae: AutoencoderKL
    text_encoder: CLIPTextModel
    text_encoder_2: CLIPTextModelWithProjection
    tokenizer: CLIPTokenizer
    tokenizer_2: CLIPTokenizer
    scheduler_config: Mapping[str, Any]
    force_zeros_for_empty_prompt: bool


@contextmanager
def quietly() -> Generator[None]:
    """Silence the progress bars and warnings of diffusers and transformers; restore them on exit."""
    libraries = (diffusers_logging, transformers_logging)
    before = [(library.is_progress_bar_enabled(), library.get_verbosity()) for library in libraries]
    for library in libraries:
        library.disable_progress_bar()
        library.set_verbosity_error()
    try:
        yield
    finally:
        for library, (had_bar, verbosity) in zip(libraries, before, strict=True):
            library.set_verbosity(verbosity)
            if had_bar:
                library.enable_progress_bar()
