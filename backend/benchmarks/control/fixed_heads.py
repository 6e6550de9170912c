"""Fixed heads: cross-attention that gives every pixel the same, whatever is painted there.

Where it does, a word has no place of its own, and there is no layout in its map for an edit to keep.
"""

from typing import Final

import torch

from benchmarks.control.scenes import Studio
from benchmarks.quality.paintings import unobserved
from tilebake.paint.denoise import denoise
from tilebake.paint.observe.probabilities import attention_probabilities
from tilebake.paint.regional.layer_prompts import Attend, LayerPrompts
from tilebake.paint.regional.layers import AttentionLayer
from tilebake.paint.scene import BakeRun, MakeDenoiser, Scene, run

FIXED: Final = 0.05  # of their attention is all that pixels give otherwise than they do on average


class HeadSpread:
    """An AttentionControl that looks on: how much each head's attention varies from place to place."""

    def __init__(self) -> None:
        # Of the base prompt, which is all that there is of a plain prompt.
        self.spreads: list[torch.Tensor] = []  # [H] for each layer and step

    def wrap(self, layer: AttentionLayer, prompts: LayerPrompts, attend: Attend) -> Attend:  # noqa: ARG002
        """Note the spread, and attend as usual."""

        def attend_observed(query: torch.Tensor, step: int) -> torch.Tensor:
            self.spreads.append(spread(attention_probabilities(query, prompts.keys[0])[0]))
            return attend(query, step)

        return attend_observed


def spread(probabilities: torch.Tensor) -> torch.Tensor:
    """Mean total variation between what pixels attend to and what they do on average.

    [H, Q, T] → [H]: 0 where all pixels attend alike, towards 1 where each attends to something else.
    """
    mean = probabilities.mean(dim=1, keepdim=True)
    return (probabilities - mean).abs().sum(dim=-1).mean(dim=-1) / 2


def fixed_heads(studio: Studio, scene: Scene) -> float:
    """Return the share of heads, over layers and steps of a painting, that are fixed."""

    def spreads(bake_run: BakeRun) -> list[torch.Tensor]:
        conditioning = bake_run.encode(scene.condition)

        def denoise_observed(make_denoiser: MakeDenoiser) -> list[torch.Tensor]:
            heads = HeadSpread()
            denoise(make_denoiser(conditioning, [heads]), unobserved)
            return heads.spreads

        return bake_run.denoise(denoise_observed)

    found = run(studio.pipeline.components, scene, spreads)
    return float((torch.cat(found) < FIXED).float().mean())
