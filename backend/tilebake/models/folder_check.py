"""Check that a diffusers folder is a complete model of SDXL's family, and list the files that are loaded."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tilebake.errors import Location, ModelError
from tilebake.models.weights import read_json, weight_files

COMPONENTS = {
    "unet": ("UNet2DConditionModel",),
    "vae": ("AutoencoderKL",),
    "text_encoder": ("CLIPTextModel",),
    "text_encoder_2": ("CLIPTextModelWithProjection",),
    "tokenizer": ("CLIPTokenizer", "CLIPTokenizerFast"),
    "tokenizer_2": ("CLIPTokenizer", "CLIPTokenizerFast"),
}
STEMS = {
    "unet": "diffusion_pytorch_model",
    "vae": "diffusion_pytorch_model",
    "text_encoder": "model",
    "text_encoder_2": "model",
}
PIPELINES = ("StableDiffusionXLPipeline", "StableDiffusionXLImg2ImgPipeline")


def check_folder(folder: Path) -> None:
    """Check a diffusers folder: SDXL's components, all there, each one of a class that we know.

    Raises ModelError for the first thing that is missing, broken or of another kind.
    """
    index_file = folder / "model_index.json"
    if not index_file.is_file():
        raise ModelError(
            "holds no model_index.json, so it is no diffusers model",
            where=Location(folder),
            hint="name the folder that model_index.json is in, or a single .safetensors file",
        )
    index = read_json(index_file)
    pipeline = index.get("_class_name")
    if pipeline not in PIPELINES:
        is_code = isinstance(pipeline, list)
        raise ModelError(
            "asks for pipeline code of its own, which is never run"
            if is_code
            else f"is a {pipeline}, not SDXL",
            where=Location(index_file, json_path="$._class_name"),
            hint="use a model of SDXL's family (StableDiffusionXLPipeline)",
        )
    for component, classes in COMPONENTS.items():
        _check_component(index_file, component, classes, index.get(component))
    _need(folder / "scheduler" / "scheduler_config.json")
    tuple(folder_files(folder))  # raises for what is missing or broken


def _check_component(index_file: Path, component: str, classes: tuple[str, ...], entry: Any) -> None:
    place = Location(index_file, json_path=f"$.{component}")
    match entry:
        case None | [None, None]:
            raise ModelError(f"has no {component}", where=place, hint="use a complete SDXL model")
        case ["diffusers" | "transformers", str() as name] if name in classes:
            return
        case [str() as library, str() as name]:
            raise ModelError(
                f"{component} is {library}'s {name}, where {classes[0]} is due",
                where=place,
                hint="use a model of SDXL's family without code of its own",
            )
        case _:
            raise ModelError(
                f"{component} is no [library, class] pair", where=place, hint="fetch the model anew"
            )


def _need(path: Path) -> Path:
    if not path.is_file():
        raise ModelError(
            f"lacks {path.parent.name}/{path.name}", where=Location(path.parent.parent), hint="fetch it anew"
        )
    return path


def folder_files(folder: Path) -> Iterator[Path]:
    """Yield every file of a diffusers folder that is loaded, and check each weight file on the way."""
    yield folder / "model_index.json"
    yield folder / "scheduler" / "scheduler_config.json"
    for component, stem in STEMS.items():
        yield _need(folder / component / "config.json")
        yield from weight_files(folder / component, stem).files
    for tokenizer in ("tokenizer", "tokenizer_2"):
        yield from tokenizer_files(folder / tokenizer)
    if (folder / "tilebake.json").is_file():
        yield folder / "tilebake.json"


def tokenizer_files(folder: Path) -> list[Path]:
    """Return the files of a CLIP tokenizer: tokenizer.json or vocab.json with merges.txt, and settings.

    Raises ModelError when they are not there.
    """
    whole, vocab, merges = (folder / name for name in ("tokenizer.json", "vocab.json", "merges.txt"))
    if not whole.is_file() and not (vocab.is_file() and merges.is_file()):
        raise ModelError(
            "holds neither tokenizer.json nor vocab.json with merges.txt",
            where=Location(folder),
            hint="fetch it anew",
        )
    settings = [folder / name for name in ("tokenizer_config.json", "special_tokens_map.json")]
    return [path for path in (whole, vocab, merges, *settings) if path.is_file()]
