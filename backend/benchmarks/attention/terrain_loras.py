"""What LoRAs of single terrains cost: one forward pass of the UNet, against the same map without them.

    python -m benchmarks.attention.terrain_loras --size 64x64 --rounds 2

LoRAs are of every linear layer in the transformers, as most of those for SDXL are. Processor time counts, of
all threads. The sides take turns; the first round warms up. Prints medians with their spread.
"""

import statistics
import time
from dataclasses import replace
from typing import Final

import click
import torch

from benchmarks.attention.run import figure, ratios, read_size
from benchmarks.attention.subject import DTYPES, Scenario, Subject, unet_of
from benchmarks.figures import Figure, json_line, table
from tilebake.paint.prompts.embeds import PromptEmbeds
from tilebake.paint.regional.attention import RegionalAttention
from tilebake.paint.regional.layers import pixel_layers
from tilebake.paint.terrain_loras.low_rank import LoraLayers, LowRank, TerrainLoras, WeighedLora

TERRAINS: Final = 8


def lora_of(subject: Subject, rank: int) -> LoraLayers:
    """Make a LoRA of all layers that see pixels; prompts are projected once, before the first step."""

    def matrix(*shape: int) -> torch.Tensor:
        return torch.randn(*shape).mul(0.01).to(subject.unet.dtype)

    layers = pixel_layers(subject.unet)
    return LoraLayers(
        {each: LowRank(matrix(rank, each.in_features), matrix(each.out_features, rank)) for each in layers}
    )


def attention_of(subject: Subject, count: int, rank: int) -> RegionalAttention:
    """Prepare a map of 8 terrains, `count` of which have a LoRA of their own."""
    blend = subject.blending(Scenario("ours", "blobs", TERRAINS))
    conditioning = subject.conditioning(blend)

    def with_lora(at: int, prompt: PromptEmbeds) -> PromptEmbeds:
        if at >= count:
            return prompt
        return replace(prompt, loras=TerrainLoras((WeighedLora(lora_of(subject, rank), 1.0),), at))

    regions = tuple(with_lora(at, each) for at, each in enumerate(conditioning.regions))
    return RegionalAttention(subject.unet, replace(conditioning, regions=regions), blend)


def measure(subject: Subject, sides: dict[tuple[int, int], RegionalAttention], rounds: int) -> list[Figure]:
    """Each side over the first, by rounds."""
    seconds: dict[tuple[int, int], list[float]] = {side: [] for side in sides}
    for _ in range(rounds + 1):
        for side, attention in sides.items():
            with attention.install():
                seconds[side].append(subject.forward())
    without, *others = seconds
    base = seconds[without][1:]
    return [
        Figure("without, a pass", "seconds", statistics.median(base)),
        *(
            figure(f"{count} LoRAs of rank {rank} / without", ratios(seconds[count, rank][1:], base), None)
            for count, rank in others
        ),
    ]


@click.command()
@click.option("--model", default="full", show_default=True, help="full, embedded, or as for `tilebake bake`.")
@click.option("--size", default="64x64", show_default=True, callback=read_size, help="Latents.")
@click.option("--dtype", type=click.Choice([*DTYPES]), default="bfloat16", show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=2, show_default=True)
def main(model: str, size: tuple[int, int], dtype: str, rounds: int) -> None:
    """Measure the cost of terrains' LoRAs."""
    subject = Subject(unet_of(model, dtype), size, TERRAINS, time.process_time)
    counts = ((0, 0), (1, 16), (4, 16), (1, 64))
    found = measure(subject, {each: attention_of(subject, *each) for each in counts}, rounds)
    click.echo(table(found))
    click.echo(json_line("terrain_loras", found, model=model, size=size, dtype=dtype))


if __name__ == "__main__":
    main()
