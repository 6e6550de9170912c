"""Painting a scene while a few words are watched: the picture is the very one that it would be unwatched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from tilebake.paint.attention import attention_target
from tilebake.paint.control.maps import AttentionMaps
from tilebake.paint.control.store import AttentionStore, watched_words
from tilebake.paint.denoise import Denoiser, denoise
from tilebake.paint.models import Components
from tilebake.paint.painting import Attempt, Clock, Scene, paint
from tilebake.request import OnStep


@dataclass(frozen=True, eq=False)
class Watched:
    """A picture, and where its words were."""

    image: NDArray[np.uint8]  # [height, width, 3 or 4]
    maps: AttentionMaps
    timings: Mapping[str, float]  # seconds, by stage
    degraded: tuple[str, ...]


def watch(
    components: Components,
    scene: Scene,
    words: Sequence[str],
    on_step: OnStep,
    regions: Sequence[int | None] | None = None,
) -> Watched:
    """Paints a scene and watches words: in the prompts of `regions` (None is the base prompt), or in all.

    Raises what Pipeline.bake does, and PromptError for a word that no prompt has.
    """
    clock = Clock(components)

    def once(components: Components) -> Watched:
        attempt = Attempt(components, scene, clock)
        latents, maps = _denoised(attempt, words, on_step, regions)
        return Watched(scene.finish(attempt.decode(latents)), maps, clock.timings, attempt.degraded)

    return paint(components, once)


def attention_maps(
    components: Components,
    scene: Scene,
    words: Sequence[str],
    on_step: OnStep,
    regions: Sequence[int | None] | None = None,
) -> AttentionMaps:
    """The same without a picture in the end. Raises as `watch` does."""

    def once(components: Components) -> AttentionMaps:
        return _denoised(Attempt(components, scene, Clock(components)), words, on_step, regions)[1]

    return paint(components, once)


def _denoised(
    attempt: Attempt, words: Sequence[str], on_step: OnStep, regions: Sequence[int | None] | None
) -> tuple[torch.Tensor, AttentionMaps]:
    """Latents [1, C, h, w], and what was seen on the way."""
    components, scene, noise = attempt.components, attempt.scene, attempt.noise
    places = (None, *range(len(scene.terrains))) if regions is None else regions
    conditioning = attempt.encode(scene.condition)
    watched = watched_words(conditioning, words, places)
    target = attention_target(components.unet, conditioning)

    def denoise_watched() -> tuple[torch.Tensor, AttentionMaps]:
        store = AttentionStore(watched, conditioning, scene.blend, target)
        denoiser = Denoiser(components, noise, conditioning, scene.blend, scene.sampling, [store])
        return denoise(denoiser, on_step), store.maps()

    return attempt.denoise(denoise_watched)
