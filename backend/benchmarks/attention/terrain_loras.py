"""What LoRAs of single terrains cost, against the same without them.

    python -m benchmarks.attention.terrain_loras                # one block of SDXL's, and all multiplications
    python -m benchmarks.attention.terrain_loras --part pass    # a pass of its UNet: many minutes, 5 GB

LoRAs are of every linear layer in the transformers, as most of those for SDXL are. Multiplications are
counted on a guidance pair for 1024 x 1024 pixels. Processor time counts, of all threads; the sides take
turns, and the first round warms up. Prints medians with their spread.
"""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Final, NamedTuple, cast

import click
import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention import BasicTransformerBlock
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.attention.full_size import CONFIG, TOKENS, WIDTH
from benchmarks.attention.run import figure, ratios
from benchmarks.attention.subject import DTYPES, Scenario, Subject, unet_of
from benchmarks.figures import Figure, json_line, table
from tilebake.level.masks.blend_schedule import Blend
from tilebake.level.masks.regions import Regions
from tilebake.paint.prompts.embeds import PromptEmbeds
from tilebake.paint.regional.attention import RegionalAttention
from tilebake.paint.regional.blending import Blending, TensorTarget
from tilebake.paint.regional.layers import pixel_layers
from tilebake.paint.terrain_loras.low_rank import LoraLayers, LowRank, TerrainLoras, WeighedLora
from tilebake.paint.terrain_loras.masked_layers import MaskedLoras

TERRAINS: Final = 8
SIDE: Final = 128  # latents of 1024 pixels
CHANNELS: Final = 1280  # of SDXL's lowest level, which has 60 of its 70 blocks
SIDES: Final = ((0, 0), (1, 16), (4, 16), (1, 64))  # how many LoRAs of which rank

Install = Callable[[], AbstractContextManager[object]]


class _Step(NamedTuple):
    """Be at the only step."""

    step: int = 0


def loras_of(layers: Sequence[nn.Linear], rank: int, key: int) -> TerrainLoras:
    """Make a LoRA of these layers; prompts are projected once, before the first step."""

    def matrix(rows: int, columns: int, dtype: torch.dtype) -> torch.Tensor:
        return torch.randn(rows, columns).mul(0.01).to(dtype)

    made: dict[nn.Module, LowRank] = {
        each: LowRank(
            matrix(rank, each.in_features, each.weight.dtype),
            matrix(each.out_features, rank, each.weight.dtype),
        )
        for each in layers
    }
    return TerrainLoras((WeighedLora(LoraLayers(made), 1.0),), key)


def measure(
    name: str, run: Callable[[], object], sides: Mapping[tuple[int, int], Install], rounds: int
) -> list[Figure]:
    """Measure each side over the first, by rounds."""
    seconds: dict[tuple[int, int], list[float]] = {side: [] for side in sides}
    for _ in range(rounds + 1):
        for side, install in sides.items():
            with install(), torch.no_grad():
                began = time.process_time()
                run()
                seconds[side].append(time.process_time() - began)
    without, *others = seconds
    base = seconds[without][1:]
    return [
        Figure(f"{name} without", "seconds", statistics.median(base)),
        *(
            figure(f"{name}, {count} of rank {rank} / without", ratios(seconds[count, rank][1:], base), None)
            for count, rank in others
        ),
    ]


def measure_block(dtype: torch.dtype, rounds: int) -> list[Figure]:
    """Measure one transformer block of SDXL's lowest level."""
    heads = CHANNELS // 64
    block = BasicTransformerBlock(CHANNELS, heads, 64, cross_attention_dim=WIDTH).to(dtype).eval()
    prompts = {block.attn2.to_k, block.attn2.to_v} if block.attn2 is not None else set()
    layers = [each for each in block.modules() if isinstance(each, nn.Linear) and each not in prompts]
    side = SIDE // 4
    hidden, text = torch.randn(2, side * side, CHANNELS), torch.randn(2, TOKENS, WIDTH)
    masks = torch.rand(TERRAINS, side, side).softmax(0).numpy()
    regions = Regions(tuple(map(str, range(TERRAINS))), masks, 0 * masks[0])
    blend = Blending((Blend(0.0, 1.0, 1.0),), {1.0: regions})
    target = TensorTarget(1, hidden.device, dtype)

    def install(count: int, rank: int) -> Install:
        found = [loras_of(layers, rank, at) if at < count else None for at in range(TERRAINS)]
        masked = MaskedLoras(dict.fromkeys(layers, 0), found, blend, target)
        return lambda: masked.install(_Step())

    return measure(
        "a block",
        lambda: block(hidden.to(dtype), encoder_hidden_states=text.to(dtype)),
        {each: install(*each) for each in SIDES},
        rounds,
    )


def count_multiplications() -> list[Figure]:
    """Count what a LoRA of each rank multiplies, over what a pass of SDXL's UNet does."""
    with torch.device("meta"):
        unet = cast(UNet2DConditionModel, UNet2DConditionModel.from_config(CONFIG))
        latents, text = torch.empty(2, 4, SIDE, SIDE), torch.empty(2, TOKENS, WIDTH)
        added = {"text_embeds": torch.empty(2, 1280), "time_ids": torch.empty(2, 6)}
        counter = FlopCounterMode(display=False)
        with counter, torch.no_grad():
            unet(latents, torch.empty(()), encoder_hidden_states=text, added_cond_kwargs=added)
    pixels = {layer: 2 * (SIDE >> level) ** 2 for layer, level in pixel_layers(unet).items()}
    whole = counter.get_total_flops() / 2  # it counts a multiplication and an addition
    by_rank = sum(count * (layer.in_features + layer.out_features) for layer, count in pixels.items())
    return [
        Figure(f"multiplications of one LoRA of rank {rank} / a pass", "ratio", rank * by_rank / whole)
        for rank in (16, 64)
    ]


def measure_pass(dtype: str, rounds: int) -> list[Figure]:
    """Measure a pass of SDXL's UNet."""
    subject = Subject(unet_of("full", dtype), (SIDE // 2, SIDE // 2), TERRAINS, time.process_time)
    blend, layers = subject.blending(Scenario("ours", "blobs", TERRAINS)), [*pixel_layers(subject.unet)]
    conditioning = subject.conditioning(blend)

    def install(count: int, rank: int) -> Install:
        def read(at: int, prompt: PromptEmbeds) -> PromptEmbeds:
            return replace(prompt, loras=loras_of(layers, rank, at)) if at < count else prompt

        regions = tuple(read(at, each) for at, each in enumerate(conditioning.regions))
        return RegionalAttention(subject.unet, replace(conditioning, regions=regions), blend).install

    return measure("a pass", subject.predict, {each: install(*each) for each in SIDES}, rounds)


@click.command()
@click.option("--part", type=click.Choice(["block", "pass"]), default="block", show_default=True)
@click.option("--dtype", type=click.Choice([*DTYPES]), default="float32", show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True)
def main(part: str, dtype: str, rounds: int) -> None:
    """Measure the cost of terrains' LoRAs."""
    if part == "pass":
        found = measure_pass(dtype, rounds)
    else:
        found = [*count_multiplications(), *measure_block(DTYPES[dtype], rounds)]
    click.echo(table(found))
    click.echo(json_line("terrain_loras", found, part=part, dtype=dtype))


if __name__ == "__main__":
    main()
