"""Hold SDXL's parts as a loader finds them, before they are moved to a device."""

import logging
import warnings
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import diffusers.utils.logging as diffusers_logging
import transformers.utils.logging as transformers_logging
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from tilebake.models.config_check import read_config
from tilebake.models.model_file import read_json
from tilebake.paint.prompts.tokens import Vectors

if TYPE_CHECKING:
    from diffusers import ControlNetModel

    from tilebake.paint.references.image_adapter import ImageAdapter

log: Final = logging.getLogger(__name__)


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
    adapter: "ImageAdapter | None" = field(default=None, kw_only=True)  # of pictures
    controlnet: "ControlNetModel | None" = field(default=None, kw_only=True)
    vectors: Vectors = field(default_factory=dict[str, range], kw_only=True)  # of textual inversions


@contextmanager
def quietly() -> Generator[list[str]]:
    """Keep diffusers, transformers and peft off the terminal; what they warn of goes to our log instead.

    Yields what they warn of, to be read after the block.
    """
    libraries = (diffusers_logging, transformers_logging)
    warned: list[str] = []
    handler = _ToOurLog(warned)
    before = [(library.is_progress_bar_enabled(), library.get_verbosity()) for library in libraries]
    for library in libraries:
        library.disable_progress_bar()
        library.set_verbosity_warning()
        library.disable_default_handler()
        library.add_handler(handler)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")  # whatever the caller makes of warnings: these are not his
            yield warned
        for each in caught:
            log.info("%s: %s", each.category.__name__, each.message)
            warned.append(str(each.message))
    finally:
        for library, (had_bar, verbosity) in zip(libraries, before, strict=True):
            library.remove_handler(handler)
            library.enable_default_handler()
            library.set_verbosity(verbosity)
            if had_bar:
                library.enable_progress_bar()


class _ToOurLog(logging.Handler):
    """Pass a library's messages on."""

    def __init__(self, warned: list[str]) -> None:
        super().__init__()
        self._warned = warned

    def emit(self, record: logging.LogRecord) -> None:
        log.info("%s: %s", record.name, record.getMessage())
        if record.levelno >= logging.WARNING:
            self._warned.append(record.getMessage())


def read_noise_schedule(path: Path) -> Mapping[str, Any]:
    """Read a scheduler's configuration: known keys, and the name of its class. Raises ModelError."""
    return {"_class_name": str(read_json(path).get("_class_name", "")), **read_config(path, "scheduler")}
