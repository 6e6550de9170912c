"""Check that a diffusers folder is a complete model of SDXL's family, and list the files that are loaded."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from tilebake.errors import Location, ModelError
from tilebake.models.added.kinds import kind_of_path, refuse_as_model
from tilebake.models.config_check import read_config, refuse_steering
from tilebake.models.model_file import read_json
from tilebake.models.vocabulary import tokenizer_files
from tilebake.models.weights import WeightFiles, weight_files

INDEX_NAME: Final = "model_index.json"
CONFIG_NAME: Final = "config.json"
SCHEDULER_CONFIG: Final = Path("scheduler", "scheduler_config.json")
DEFAULTS_NAME: Final = "tilebake.json"

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
TOKENIZERS: Final = ("tokenizer", "tokenizer_2")
PIPELINES = ("StableDiffusionXLPipeline", "StableDiffusionXLImg2ImgPipeline")


class FolderFiles(NamedTuple):
    """Name every file of a diffusers folder that is opened; what else lies there never is."""

    index_file: Path
    scheduler: Path
    configs: dict[str, Path]  # by component, as are the next two
    weights: dict[str, WeightFiles]
    tokenizers: dict[str, dict[str, Path]]
    defaults: Path | None

    def paths(self) -> Iterator[Path]:
        """Yield each of them."""
        yield from (self.index_file, self.scheduler, *self.configs.values())
        for weights in self.weights.values():
            yield from weights.files if weights.index_file is None else (weights.index_file, *weights.files)
        for files in self.tokenizers.values():
            yield from files.values()
        if self.defaults is not None:
            yield self.defaults


def check_folder(folder: Path) -> None:
    """Check a diffusers folder: SDXL's components, all there, each one of a class that we know.

    Raises ModelError for the first thing that is missing, broken or of another kind.
    """
    index_file = folder / INDEX_NAME
    if not index_file.is_file():
        refuse_as_model(folder, kind_of_path(folder))
        raise ModelError(
            "holds no model_index.json, so it is no diffusers model",
            where=Location(folder),
            hint="name the folder that model_index.json is in, or a single .safetensors file",
        )
    index = read_json(index_file)
    refuse_steering(index_file, index)
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
    read_config(_need(folder / SCHEDULER_CONFIG), "scheduler")
    files = folder_files(folder)  # raises for what is missing or broken
    for component, config in files.configs.items():
        read_config(config, component)


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


def folder_files(folder: Path) -> FolderFiles:
    """Name every file of a diffusers folder that is loaded, and check each weight file on the way.

    Raises ModelError for what is missing or broken.
    """
    defaults = folder / DEFAULTS_NAME
    return FolderFiles(
        index_file=folder / INDEX_NAME,
        scheduler=folder / SCHEDULER_CONFIG,
        configs={component: _need(folder / component / CONFIG_NAME) for component in STEMS},
        weights={component: weight_files(folder / component, stem) for component, stem in STEMS.items()},
        tokenizers={name: tokenizer_files(folder / name) for name in TOKENIZERS},
        defaults=defaults if defaults.is_file() else None,
    )
