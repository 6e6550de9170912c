"""Paint a scene while observing a few words: the picture is the very one that it would be unobserved."""

from collections.abc import Callable, Sequence

import torch

from tilebake.paint.denoise import denoise
from tilebake.paint.model.load import Components
from tilebake.paint.observe.attention_maps import AttentionMaps
from tilebake.paint.observe.attention_store import AttentionStore, ObservedWord, find_words
from tilebake.paint.prompts.embeds import Conditioning
from tilebake.paint.regional.attention import attention_target
from tilebake.paint.scene import BakeRun, MakeDenoiser, Painted, Scene, run
from tilebake.request import OnStep

Choose = Callable[[Conditioning], Sequence[ObservedWord]]


def observe_words(
    components: Components,
    scene: Scene,
    words: Sequence[str],
    on_step: OnStep,
    regions: Sequence[int | None] | None = None,
) -> Painted[AttentionMaps]:
    """Paint a scene and observe words: in the prompts of `regions` (None is the base prompt), or in all.

    Raises what Pipeline.bake does, and PromptError for a word that no prompt has.
    """
    return observe_chosen(components, scene, _choose_by_text(scene, words, regions), on_step)


def observe_chosen(
    components: Components, scene: Scene, choose: Choose, on_step: OnStep
) -> Painted[AttentionMaps]:
    """Paint a scene and observe the words that `choose` picks of its prompts.

    Raises as `observe_words` does.
    """

    def paint(bake_run: BakeRun) -> Painted[AttentionMaps]:
        latents, maps = _denoise_observed(bake_run, choose, on_step)
        return bake_run.finish(bake_run.decode(latents), maps)

    return run(components, scene, paint)


def collect_attention_maps(
    components: Components,
    scene: Scene,
    words: Sequence[str],
    on_step: OnStep,
    regions: Sequence[int | None] | None = None,
) -> AttentionMaps:
    """Observe words as `observe_words` does, without decoding a picture in the end. Raises as it does."""
    choose = _choose_by_text(scene, words, regions)
    return run(components, scene, lambda bake_run: _denoise_observed(bake_run, choose, on_step)[1])


def _choose_by_text(scene: Scene, words: Sequence[str], regions: Sequence[int | None] | None) -> Choose:
    """Choose words in the prompts of `regions`, or in all."""
    places = (None, *range(len(scene.terrains))) if regions is None else regions
    return lambda conditioning: find_words(conditioning, words, places)


def _denoise_observed(
    bake_run: BakeRun, choose: Choose, on_step: OnStep
) -> tuple[torch.Tensor, AttentionMaps]:
    """Return the latents [1, C, h, w], and what was observed on the way."""
    conditioning = bake_run.encode(bake_run.scene.condition)
    observed = choose(conditioning)
    target = attention_target(bake_run.components.unet, conditioning)

    def denoise_observed(make_denoiser: MakeDenoiser) -> tuple[torch.Tensor, AttentionMaps]:
        store = AttentionStore(observed, conditioning, bake_run.scene.blend, target)
        return denoise(make_denoiser(conditioning, [store]), on_step), store.maps()

    return bake_run.denoise(denoise_observed)
