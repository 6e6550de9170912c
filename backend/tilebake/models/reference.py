"""What a model reference names: "embedded", a diffusers folder, one .safetensors file, or a fetched hub id.

Reads only what it must to say what is wrong with it, imports no torch, runs no code from a model, and never
reaches for the network.
"""

import hashlib
import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tilebake.errors import Location, ModelError
from tilebake.models import hub_cache
from tilebake.models.file_digest import file_digest
from tilebake.models.weights import check_safetensors, read_json, refuse_pickle, weight_files

__all__ = [
    "COMPONENTS",
    "EMBEDDED",
    "Defaults",
    "ModelSource",
    "file_digest",
    "installed_models",
    "model_digest",
    "resolve",
    "resolve_lora",
]

EMBEDDED = Path(__file__).resolve().parent.parent / "embedded"
SDXL_CONFIG = Path(__file__).resolve().parent.parent / "paint" / "sdxl_config"
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


@dataclass(frozen=True)
class Defaults:
    """What a model recommends for the settings that a map leaves open. SDXL's, where it says nothing."""

    steps: int = 30
    guidance_scale: float = 5.0
    scheduler: str = "euler"
    guidance_scale_low: float | None = None  # as guidance_scale

    def guidance(self, scale: float | None, scale_low: float | None) -> tuple[float, float]:
        """The scales that count, of those given: the model's belong together, and stand or fall together."""
        if scale is None:
            scale = self.guidance_scale
            scale_low = self.guidance_scale_low if scale_low is None else scale_low
        return scale, scale if scale_low is None else scale_low


@dataclass(frozen=True)
class ModelSource:
    """A model that is there and looks whole."""

    reference: str  # as the user wrote it
    kind: Literal["embedded", "folder", "file", "hub"]
    path: Path  # the diffusers folder, or the .safetensors file
    defaults: Defaults = Defaults()


def resolve(reference: str, root: Path | None = None) -> ModelSource:
    """The model that `reference` names; relative paths start at `root` (else the current folder).

    Raises ModelError when there is none, when it is not of SDXL's family, when something is missing or cut
    short, and when opening it could run code.
    """
    if reference == "embedded":
        return ModelSource(reference, "embedded", EMBEDDED, _check_folder(EMBEDDED))
    path = _path(reference, root)
    if _is_folder(path):
        return ModelSource(reference, "folder", path, _check_folder(path))
    refuse_pickle(path)
    if path.suffix.lower() == ".safetensors":
        return ModelSource(reference, "file", path, _check_file(path))
    if hub_cache.REPO_ID.fullmatch(reference):
        return _resolve_hub(reference)
    raise ModelError(
        f'there is no model "{reference}"',
        where=Location(path),
        hint='give "embedded", a diffusers folder, a .safetensors file or a hub id, "organisation/name"',
    )


def _path(reference: str, root: Path | None) -> Path:
    path = Path(reference)
    with suppress(RuntimeError):  # "~someone" where there is no such user: then it is a plain name
        path = path.expanduser()
    return (root or Path()) / path


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name too long for the file system
        return False


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _resolve_hub(reference: str) -> ModelSource:
    folder = hub_cache.snapshot(reference)
    if folder is None:
        raise ModelError(
            f'there is no folder "{reference}", and no model of that name has been fetched',
            hint=f"run `tilebake models fetch {reference}`",
        )
    return ModelSource(reference, "hub", folder, _check_folder(folder))


def resolve_lora(path: str, root: Path | None = None) -> Path:
    """A LoRA's file, checked as weights are; relative paths start at `root`. Raises ModelError."""
    file = _path(path, root)
    if not _is_file(file):
        raise ModelError("there is no such LoRA file", where=Location(file), hint="correct its path")
    check_safetensors(file)
    return file


def config_folder(file: Path) -> Path:
    """The configurations of a single-file checkpoint: the folder NAME.config beside it, else SDXL's own."""
    beside = file.with_suffix(".config")
    return beside if (beside / "model_index.json").is_file() else SDXL_CONFIG


def _check_file(path: Path) -> Defaults:
    """A single-file checkpoint: whole, and with SDXL's two text encoders inside."""
    if not _is_file(path):
        raise ModelError("there is no such model file", where=Location(path), hint="correct its path")
    names = check_safetensors(path)
    prefixes = {
        "the UNet": "model.diffusion_model.",
        "the VAE": "first_stage_model.",
        "text encoders": "conditioner.",
    }
    missing = [
        what for what, prefix in prefixes.items() if not any(name.startswith(prefix) for name in names)
    ]
    if missing:
        raise ModelError(
            f"is no complete SDXL checkpoint: {' and '.join(missing)} missing",
            where=Location(path),
            hint="a LoRA goes to --lora; a lone UNet or VAE belongs into a diffusers folder",
        )
    return _read_defaults(path.with_suffix(".tilebake.json"))


def _check_folder(folder: Path) -> Defaults:
    """A diffusers folder: SDXL's components, all there, each one of a class that we know."""
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
    tuple(_folder_files(folder))  # says what is missing or broken
    return _read_defaults(folder / "tilebake.json")


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


def _folder_files(folder: Path) -> Iterator[Path]:
    """Every file of a diffusers folder that is loaded; each weight file is checked on the way."""
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
    """The files of a CLIP tokenizer: tokenizer.json, or vocab.json with merges.txt; and their settings."""
    whole, vocab, merges = (folder / name for name in ("tokenizer.json", "vocab.json", "merges.txt"))
    if not whole.is_file() and not (vocab.is_file() and merges.is_file()):
        raise ModelError(
            "holds neither tokenizer.json nor vocab.json with merges.txt",
            where=Location(folder),
            hint="fetch it anew",
        )
    settings = [folder / name for name in ("tokenizer_config.json", "special_tokens_map.json")]
    return [path for path in (whole, vocab, merges, *settings) if path.is_file()]


def _read_defaults(path: Path) -> Defaults:
    """Recommended settings from a model's tilebake.json. Raises ModelError when one is out of range."""
    if not path.is_file():
        return Defaults()
    given = read_json(path)
    steps, scheduler = given.get("steps", Defaults.steps), given.get("scheduler", Defaults.scheduler)
    guidance_scale = given.get("guidance_scale", Defaults.guidance_scale)
    scale_low = given.get("guidance_scale_low")
    sound = {
        "steps": type(steps) is int and 1 <= steps <= 1000,
        "guidance_scale": type(guidance_scale) in (int, float) and math.isfinite(guidance_scale),
        "guidance_scale_low": scale_low is None
        or (type(scale_low) in (int, float) and math.isfinite(scale_low)),
        "scheduler": isinstance(scheduler, str),
    }
    for key, is_sound in sound.items():
        if not is_sound:
            raise ModelError(
                "is out of range", where=Location(path, json_path=f"$.{key}"), hint="correct or remove it"
            )
    low = None if scale_low is None else float(scale_low)
    return Defaults(steps, float(guidance_scale), scheduler, low)


def model_digest(source: ModelSource) -> str:
    """sha256 over the names and bytes of every file of the model that paints, in hex; a judge only looks."""
    if source.kind == "file":
        config = config_folder(source.path)
        texts = (path for path in config.rglob("*") if path.suffix in (".json", ".txt"))
        files = {path.relative_to(config).as_posix(): path for path in texts}
        files["checkpoint"] = source.path
    else:
        files = {path.relative_to(source.path).as_posix(): path for path in _folder_files(source.path)}
    entries = sorted(f"{name} {file_digest(path)}\n" for name, path in files.items())
    return hashlib.sha256("".join(entries).encode()).hexdigest()


def installed_models() -> list[ModelSource]:
    """The embedded model and every SDXL in the local hub cache; those that are broken are left out."""
    sources: list[ModelSource] = []
    for reference in ("embedded", *(repo_id for repo_id, _ in hub_cache.fetched())):
        try:
            sources.append(resolve(reference) if reference == "embedded" else _resolve_hub(reference))
        except ModelError:
            continue
    return sources
