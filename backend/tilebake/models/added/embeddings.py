"""Check the file of a textual inversion (Gal et al. 2022, arXiv:2208.01618) for SDXL's two text encoders.

Its vectors are read as A1111, ComfyUI and diffusers' advanced training have them (clip_l, clip_g), as the
last once wrote them (text_encoders_0, text_encoders_1), and as diffusers' textual_inversion_sdxl.py does: one
tensor in learned_embeds.safetensors, and the second encoder's beside it in learned_embeds_2.safetensors.
"""

from pathlib import Path
from typing import Final, NamedTuple

from tilebake.errors import Location, ModelError
from tilebake.models.added.kinds import MOST_VECTORS, AddedKind, refuse_another_kind, refuse_folder
from tilebake.models.model_file import AbsentModelError
from tilebake.models.weights import check_safetensors, refuse_pickle, tensor_shapes
from tilebake.near_names import hint_at_path

MODELS_BY_WIDTH: Final = {768: "Stable Diffusion 1.5", 1024: "Stable Diffusion 2"}  # by numbers of a token
_PAIRS: Final = (("clip_l", "clip_g"), ("text_encoders_0", "text_encoders_1"))
_HINT: Final = "use a textual inversion for SDXL, a .safetensors file with clip_l and clip_g"


class EncoderVectors(NamedTuple):
    """Say where one text encoder's vectors are."""

    path: Path
    key: str
    rows: int
    width: int


class EmbeddingFile(NamedTuple):
    """Say where the vectors of a textual inversion are: as many for either text encoder."""

    first: EncoderVectors
    second: EncoderVectors

    def paths(self) -> tuple[Path, ...]:
        """Return each file that is opened."""
        return tuple(dict.fromkeys(each.path for each in self))


def embedding_file(path: Path) -> EmbeddingFile:
    """Find the vectors in a textual inversion's file, and check it. Raises ModelError for what is none."""
    refuse_pickle(path)
    refuse_folder(path, AddedKind.EMBEDDING)
    if not path.is_file():
        hint = hint_at_path(path, "correct its path")
        raise AbsentModelError("there is no such textual inversion", where=Location(path), hint=hint)
    check_safetensors(path)
    shapes = tensor_shapes(path)
    refuse_another_kind(path, shapes, AddedKind.EMBEDDING)
    pair = next((each for each in _PAIRS if {*each} == {*shapes}), None)
    if pair is not None:
        found = EmbeddingFile(*(_vectors(path, key, shapes[key]) for key in pair))
    elif len(shapes) == 1:
        first = _only(path)
        found = EmbeddingFile(first, _only(_beside(first)))
    else:
        told = ", ".join(sorted(shapes)[:3])[:120]
        raise ModelError(f"is no textual inversion: it has {told}", where=Location(path), hint=_HINT)
    if found.first.rows != found.second.rows:
        what = f"has {found.first.rows} vectors for one text encoder, and {found.second.rows} for the other"
        raise ModelError(what, where=Location(path), hint=_HINT)
    return found


def _beside(first: EncoderVectors) -> Path:
    """Return the file of the second text encoder's vectors, beside that of the first's."""
    path = first.path
    second = path.with_name(f"{path.stem}_2{path.suffix}")
    if second.is_file():
        check_safetensors(second)
        return second
    of_first = path.with_name(f"{path.stem.removesuffix('_2')}{path.suffix}")
    if path.stem.endswith("_2") and of_first.is_file():
        what, hint = (
            "has the vectors of SDXL's second text encoder alone",
            f"name {of_first.name}, which lies beside it",
        )
        raise ModelError(what, where=Location(path), hint=hint)
    model = MODELS_BY_WIDTH.get(first.width)
    family = f", of {first.width} numbers each as {model} has them" if model else ""
    what = f"has vectors for one text encoder alone{family}, and there is no {second.name} beside it"
    hint = f"those of Stable Diffusion 1.5 and 2 do not fit SDXL: {_HINT}"
    raise ModelError(what, where=Location(path), hint=hint)


def _only(path: Path) -> EncoderVectors:
    shapes = tensor_shapes(path)
    if len(shapes) != 1:
        what = f"has {len(shapes)} tensors, not one text encoder's vectors alone"
        raise ModelError(what, where=Location(path), hint=_HINT)
    (key, shape) = next(iter(shapes.items()))
    return _vectors(path, key, shape)


def _vectors(path: Path, key: str, shape: tuple[int, ...]) -> EncoderVectors:
    """Read a shape as one of vectors: [count, width], or [width] for one alone."""
    count, width = (1, *shape) if len(shape) == 1 else shape if len(shape) == 2 else (0, 0)
    if not 1 <= count <= MOST_VECTORS or width < 1:
        what = f"has {key[:60]} of shape {[*shape]}, which is not 1 to {MOST_VECTORS} vectors"
        raise ModelError(what, where=Location(path), hint=_HINT)
    return EncoderVectors(path, key, count, width)
