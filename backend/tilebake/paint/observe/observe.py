"""Painting a scene while a few words are watched: the picture is the very one that it would be unwatched."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from tilebake.paint.denoise import denoise
from tilebake.paint.model.load import Components
from tilebake.paint.observe.attention_maps import AttentionMaps
from tilebake.paint.observe.attention_store import AttentionStore, WatchedWord, watched_words
from tilebake.paint.prompts.embeds import Conditioning
from tilebake.paint.regional.attention import attention_target
from tilebake.paint.scene import Attempt, Clock, Scene, environment, paint
from tilebake.request import OnStep

Choose = Callable[[Conditioning], Sequence[WatchedWord]]


@dataclass(frozen=True, eq=False)
class Watched:
    """A picture, and where its words were."""

    image: NDArray[np.uint8]  # [height, width, 3 or 4]
    maps: AttentionMaps
    timings: Mapping[str, float]  # seconds, by stage
    degraded: tuple[str, ...]
    environment: Mapping[str, str]


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
    return watch_chosen(components, scene, _finding(scene, words, regions), on_step)


def watch_chosen(components: Components, scene: Scene, choose: Choose, on_step: OnStep) -> Watched:
    """Paints a scene and watches the words that are chosen of its prompts. Raises as `watch` does."""
    clock = Clock(components)

    def once(components: Components) -> Watched:
        attempt = Attempt(components, scene, clock)
        latents, maps = _denoised(attempt, choose, on_step)
        return Watched(
            image=scene.finish(attempt.decode(latents)),
            maps=maps,
            timings=clock.timings,
            degraded=attempt.degraded,
            environment=environment(components),
        )

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
        attempt = Attempt(components, scene, Clock(components))
        return _denoised(attempt, _finding(scene, words, regions), on_step)[1]

    return paint(components, once)


def _finding(scene: Scene, words: Sequence[str], regions: Sequence[int | None] | None) -> Choose:
    """Chooses words in the prompts of `regions`, or in all."""
    places = (None, *range(len(scene.terrains))) if regions is None else regions
    return lambda conditioning: watched_words(conditioning, words, places)


def _denoised(attempt: Attempt, choose: Choose, on_step: OnStep) -> tuple[torch.Tensor, AttentionMaps]:
    """Latents [1, C, h, w], and what was seen on the way."""
    components, scene = attempt.components, attempt.scene
    conditioning = attempt.encode(scene.condition)
    watched = choose(conditioning)
    target = attention_target(components.unet, conditioning)

    def denoise_watched() -> tuple[torch.Tensor, AttentionMaps]:
        store = AttentionStore(watched, conditioning, scene.blend, target)
        return denoise(attempt.denoiser(conditioning, [store]), on_step), store.maps()

    return attempt.denoise(denoise_watched)
