"""What is measured: a UNet with its inputs, and what stands in its cross-attention on each side."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Final

import torch
from diffusers import UNet2DConditionModel

from benchmarks.attention.baselines import keeping_keys, literal_loop, processors
from benchmarks.attention.full_size import POOLED, TOKENS, WIDTH, full_size_unet
from benchmarks.attention.layouts import LAYOUTS, map_of
from tilebake.level.canvas import canvas_for
from tilebake.level.settings import BakeSettings
from tilebake.models.reference import resolve
from tilebake.paint.model.load import load
from tilebake.paint.prompts.embeds import Conditioning, PromptEmbeds
from tilebake.paint.regional.attention import RegionalAttention
from tilebake.paint.regional.blending import Blending, blending

TILE: Final = 8  # latents along a tile of 64 canvas pixels
DTYPES: Final = {"bfloat16": torch.bfloat16, "float32": torch.float32}


@dataclass(frozen=True)
class Scenario:
    """One side: what stands in the UNet's cross-attention, and of how many terrains lying how."""

    side: str  # stock, kept, loop or ours
    layout: str = ""
    terrains: int = 0

    @property
    def name(self) -> str:
        """As it stands in the table."""
        return f"{self.side}, {self.layout} of {self.terrains}" if self.layout else self.side


class Subject:
    """A UNet with inputs of one size, and the prompts of up to 32 terrains."""

    def __init__(
        self,
        unet: UNet2DConditionModel,
        size: tuple[int, int],
        terrains: int,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        config = unet.config
        generator = torch.Generator().manual_seed(0)
        width = config["cross_attention_dim"]
        pooled = config["projection_class_embeddings_input_dim"] - 6 * config["addition_time_embed_dim"]
        assert (width, pooled) == (WIDTH, POOLED) or width < WIDTH, "SDXL's own widths, or the miniature's"

        def randn(*shape: int) -> torch.Tensor:
            return torch.randn(*shape, generator=generator).to(unet.dtype)

        def prompt() -> PromptEmbeds:
            return PromptEmbeds("", (), randn(1, TOKENS, width), randn(1, pooled))

        self.unet = unet
        self.size = size
        self.clock = clock
        self.negative, self.base = prompt(), prompt()
        self.regions = tuple(prompt() for _ in range(terrains))
        self.latents = randn(2, config["in_channels"], *size)
        self.conditions = {"text_embeds": randn(2, pooled), "time_ids": torch.full((2, 6), 1024.0)}

    def predict(self, halves: slice = slice(None)) -> torch.Tensor:
        """One pass of the guidance pair, or of one half, with what stands in the UNet: [B, C, h, w]."""
        text = torch.cat([self.negative.prompt_embeds, self.base.prompt_embeds])[halves]
        conditions = {name: each[halves] for name, each in self.conditions.items()}
        with torch.no_grad():
            return self.unet(
                self.latents[halves], 500, encoder_hidden_states=text, added_cond_kwargs=conditions
            ).sample

    def forward(self) -> float:
        """Seconds that one pass takes."""
        began = self.clock()
        self.predict()
        return self.clock() - began

    def blending(self, scenario: Scenario) -> Blending:
        """Make the masks of a scenario's map on this canvas."""
        rows, columns = (length // TILE for length in self.size)
        tilemap = map_of(LAYOUTS[scenario.layout](rows, columns, scenario.terrains))
        return blending(tilemap, canvas_for(tilemap, 64), BakeSettings(), 1)

    def conditioning(self, blend: Blending) -> Conditioning:
        """As many prompts as the map has terrains."""
        count = len(next(iter(blend.regions.values())).names)
        return Conditioning(self.base, self.regions[:count], self.negative, None)

    def install(self, scenario: Scenario) -> AbstractContextManager[object]:
        """Prepare what puts a scenario into the UNet."""
        if scenario.side == "stock":
            return nullcontext()
        if scenario.side == "kept":
            return processors(self.unet, keeping_keys(self.negative, self.base))
        blend = self.blending(scenario)
        conditioning = self.conditioning(blend)
        if scenario.side == "loop":
            return processors(self.unet, literal_loop(conditioning, blend, self.unet))
        return RegionalAttention(self.unet, conditioning, blend).install()


def prepared(subject: Subject, scenario: Scenario) -> Callable[[], AbstractContextManager[object]]:
    """Installs a scenario as often as it is asked to. Keys and values are projected here, once."""
    if scenario.side != "ours":
        return lambda: subject.install(scenario)
    blend = subject.blending(scenario)
    attention = RegionalAttention(subject.unet, subject.conditioning(blend), blend)
    return attention.install


def unet_of(model: str, dtype: str) -> UNet2DConditionModel:
    """Load the full-size UNet, or that of a model of ours."""
    if model == "full":
        return full_size_unet(DTYPES[dtype])
    return load(resolve(model), device="cpu", dtype=dtype).unet
