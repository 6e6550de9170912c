"""Sum the attention maps of a few words while a picture is painted.

Memory is constant: one float32 map per word, step and level, whatever the number of layers and heads. As in
Hertz et al. 2022 (Prompt-to-Prompt, arXiv:2208.01626) maps are averaged over heads and layers; a word of
several tokens is the sum of theirs.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

from tilebake.level.edit.prompt_words import no_such_word
from tilebake.paint.observe.attention_maps import AttentionMaps
from tilebake.paint.observe.probabilities import word_maps
from tilebake.paint.prompts.embeds import Conditioning, PromptEmbeds
from tilebake.paint.prompts.words import columns_of
from tilebake.paint.regional.blending import Blending, StepWeights, TensorTarget, step_weights
from tilebake.paint.regional.layer_prompts import Attend, LayerPrompts, distinct_prompts
from tilebake.paint.regional.layers import AttentionLayer, cross_attention_levels


@dataclass(frozen=True, eq=False)
class ObservedWord:
    """Name a word in one prompt of a picture."""

    text: str
    prompt: PromptEmbeds
    regions: tuple[int | None, ...]  # whose prompt it is; None is the base prompt
    columns: tuple[int, ...]


def find_words(
    conditioning: Conditioning, words: Sequence[str], regions: Sequence[int | None]
) -> tuple[ObservedWord, ...]:
    """Find each word in those of these regions' prompts that have it; None is the base prompt.

    Raises PromptError for a word that is in none of them, naming the words that are near.
    """
    owners: dict[PromptEmbeds, list[int | None]] = {}
    for region in regions:
        owners.setdefault(prompt_of(conditioning, region), []).append(region)
    for word in words:
        if not any(columns_of(prompt, word) for prompt in owners):
            raise no_such_word(word, [prompt.text for prompt in owners])
    return tuple(
        ObservedWord(word, prompt, tuple(own), columns)
        for word in words
        for prompt, own in owners.items()
        if (columns := columns_of(prompt, word))
    )


def prompt_of(conditioning: Conditioning, region: int | None) -> PromptEmbeds:
    """Return a region's prompt; None is the base prompt."""
    return conditioning.base if region is None else conditioning.regions[region]


class AttentionStore:
    """Observe words as an AttentionControl that changes nothing.

    A word is read in its own prompt's softmax and counts where that prompt does, as `weigh` says: without it
    a terrain's by the terrain's mask, the base prompt's by the base prompt's weight at each step. Only the
    cond branch is observed.
    """

    def __init__(
        self,
        words: Sequence[ObservedWord],
        conditioning: Conditioning,
        blending: Blending,
        target: TensorTarget,
        weigh: "WeighWords | None" = None,
    ) -> None:
        self.words = tuple(words)
        self.device = target.device
        rows = distinct_prompts(conditioning.base, conditioning.regions)
        self._selectors = {
            row: _selector(self.words, prompt).to(target.device)
            for row, prompt in enumerate(rows)
            if any(word.prompt is prompt for word in words)
        }
        weigh = weigh or word_weights
        self._weights = weigh(words, blending, target._replace(dtype=torch.float32))
        self._sizes = level_sizes(blending.latent_size, target.levels)
        self._layers = Counter[int]()  # by level
        self._sums = [
            torch.zeros(len(blending.steps), len(words), height * width, device=target.device)
            for height, width in self._sizes
        ]  # by level: [steps, W, Q]

    def wrap(self, layer: AttentionLayer, prompts: LayerPrompts, attend: Attend) -> Attend:
        """Add up what the layer attends to, and attend as before."""
        if not self.words:
            return attend
        self._layers[layer.level] += 1
        sums = self._sums[layer.level]
        read = [(prompts.keys[row], selector) for row, selector in self._selectors.items()]

        def attend_observed(query: torch.Tensor, step: int) -> torch.Tensor:
            weights = self._weights[step][layer.level]
            for key, selector in read:
                sums[step].addcmul_(word_maps(query, key, selector), weights)
            return attend(query, step)

        return attend_observed

    def heat(self, steps: slice, level: int) -> torch.Tensor:
        """Return the words' maps at one level, as the mean over its layers and over these steps: [W, h, w].

        On the device, and without waiting for it: for use between two steps.
        """
        mean = self._sums[level][steps].mean(dim=0) / self._layers[level]
        return mean.unflatten(-1, self._sizes[level])

    @property
    def coarsest(self) -> int:
        """Return the level of the smallest maps, in which words stand for things rather than for edges."""
        return max(self._layers)

    @property
    def nbytes(self) -> int:
        """Memory that the sums take, in bytes."""
        return sum(sums.nbytes for sums in self._sums)

    def maps(self) -> AttentionMaps:
        """Return all that was observed, in main memory."""
        return AttentionMaps(
            words=tuple(word.text for word in self.words),
            regions=tuple(word.regions for word in self.words),
            levels={
                level: (self._sums[level] / layers).unflatten(-1, self._sizes[level]).cpu().numpy()
                for level, layers in sorted(self._layers.items())
            },
        )


def word_weights(words: Sequence[ObservedWord], blending: Blending, target: TensorTarget) -> StepWeights:
    """Weigh where each word counts, by step and level: [W, Q]."""
    rows = range(1, 1 + len(next(iter(blending.regions.values())).names))
    weighed, masks = (step_weights(each, rows, target) for each in (blending, blending.masks_alone))

    def weigh(word: ObservedWord, base: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        shares = (base[0] if region is None else mask[1 + region] for region in word.regions)
        return torch.stack([*shares]).sum(dim=0)

    return tuple(
        tuple(
            torch.stack([weigh(word, base, mask) for word in words]) if words else base[:0]
            for base, mask in zip(bases, each, strict=True)
        )
        for bases, each in zip(weighed, masks, strict=True)
    )


def word_reach(words: Sequence[ObservedWord], blending: Blending, target: TensorTarget) -> StepWeights:
    """Say where each word can work at all, by step and level: [W, Q], at most 1.

    A terrain's by its mask as a share of the mask's peak. The base prompt's everywhere, however little that
    prompt weighs: whether a word is attended to is asked before its prompt is weighed.
    """
    rows = range(1, 1 + len(next(iter(blending.regions.values())).names))
    masks = step_weights(blending.masks_alone, rows, target)

    def reach(word: ObservedWord, mask: torch.Tensor) -> torch.Tensor:
        if None in word.regions:
            return torch.ones_like(mask[0])
        share = torch.stack([mask[1 + region] for region in word.regions if region is not None]).sum(dim=0)
        return share / share.amax().clamp(min=torch.finfo(share.dtype).tiny)

    return tuple(
        tuple(torch.stack([reach(word, mask) for word in words]) if words else mask[:0] for mask in each)
        for each in masks
    )


WeighWords = Callable[[Sequence[ObservedWord], Blending, TensorTarget], StepWeights]
"""Weighs words by step and level: [W, Q]."""


def attention_sizes(
    unet: UNet2DConditionModel, latent_size: tuple[int, int]
) -> Mapping[int, tuple[int, int]]:
    """Return height and width of the attention maps, by level, for latents of this height and width."""
    levels = sorted({layer.level for layer in cross_attention_levels(unet)})
    sizes = level_sizes(latent_size, 1 + levels[-1])
    return {level: sizes[level] for level in levels}


def level_sizes(latent_size: tuple[int, int], levels: int) -> list[tuple[int, int]]:
    """List height and width of the latents at each level, halved and rounded up each time."""
    height, width = latent_size
    return [(ceil(height / 2**level), ceil(width / 2**level)) for level in range(levels)]


def _selector(words: Sequence[ObservedWord], prompt: PromptEmbeds) -> torch.Tensor:
    """Return [T, W]: 1 where a column of this prompt is the word's."""
    selector = torch.zeros(prompt.prompt_embeds.shape[1], len(words))
    for index, word in enumerate(words):
        if word.prompt is prompt:
            selector[list(word.columns), index] = 1
    return selector
