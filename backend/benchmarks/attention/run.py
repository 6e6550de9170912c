"""What regional attention costs: one forward pass of the UNet, against stock diffusers with a single prompt.

    python -m benchmarks.attention --size 64x64 --rounds 5          # SDXL's UNet at full size, random weights
    python -m benchmarks.attention --model embedded --size 96x128
    python -m benchmarks.attention --size 96x128 --part memory      # its peak, each side in its own process
    python -m benchmarks.attention --dtype float32 --part exact     # how far from the literal loop
    python -m benchmarks.attention --part layers --rounds 15        # by cross-attention alone

The sides take turns, round after round, each with a guidance pair of latents of that height and width. Each
ratio is to stock diffusers' pass of the same round. With --one-thread it is processor time that counts, which
neighbours on a shared machine disturb less. Prints medians with their spread, and one JSON line last.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Final

import click
import torch

from benchmarks.attention.layers_only import Layers, in_turn
from benchmarks.attention.layouts import LAYOUTS
from benchmarks.attention.memory import Bench, measure_memory
from benchmarks.attention.subject import DTYPES, Scenario, Subject, prepared, unet_of
from benchmarks.figures import Figure, json_line, table
from tilebake.paint.prompts.embeds import Conditioning
from tilebake.paint.regional.attention import RegionalAttention
from tilebake.paint.regional.blending import Blending
from tilebake.paint.regional.gather_plan import EPSILON

AIMS: Final = {
    ("blobs", 8): 0.97,
    ("blobs", 32): 1.03,
    ("checker", 8): 1.10,
    ("noise", 8): 1.10,
}  # over stock
KEPT_AIM: Final = 1.03  # blobs of 8 terrains, over stock with its keys and values kept


def measure(subject: Subject, scenarios: Sequence[Scenario], rounds: int) -> dict[Scenario, list[float]]:
    """Every scenario's seconds, once a round. The first round warms up and does not count."""
    seconds: dict[Scenario, list[float]] = {scenario: [] for scenario in scenarios}
    lent = [(scenario, prepared(subject, scenario)) for scenario in scenarios]
    for index in range(rounds + 1):
        for scenario, install in lent:
            with install():
                seconds[scenario].append(subject.forward())
            click.echo(f"round {index}: {scenario.name} {seconds[scenario][-1]:.2f} s", err=True)
    return {scenario: runs[1:] for scenario, runs in seconds.items()}


def measure_layers(subject: Subject, scenarios: Sequence[Scenario], rounds: int) -> list[Figure]:
    """Every side over stock, the first, and over keys kept: a pass of stock's with their cross-attention."""
    text = torch.cat([subject.negative.prompt_embeds, subject.base.prompt_embeds])
    layers = Layers(subject.unet, subject.size, text, subject.clock)

    def timed(install: Callable[[], AbstractContextManager[object]]) -> Callable[[], float]:
        def seconds() -> float:
            with install():
                return layers.seconds()

        return seconds

    sides = [timed(prepared(subject, scenario)) for scenario in scenarios]
    passes, stock, *others = in_turn([subject.forward, *sides], rounds)
    seconds = {scenarios[0]: passes}
    for scenario, runs in zip(scenarios[1:], others, strict=True):
        seconds[scenario] = [
            whole + ours - theirs for whole, ours, theirs in zip(passes, runs, stock, strict=True)
        ]
    return [Figure("stock, a pass", "seconds", statistics.median(passes)), *figures(seconds)]


def ratios(runs: Sequence[float], to: Sequence[float]) -> list[float]:
    """Of each round."""
    return [ours / theirs for ours, theirs in zip(runs, to, strict=True)]


def figure(name: str, values: Sequence[float], most: float | None) -> Figure:
    """Return the median of ratios, with their spread."""
    spread = f"{min(values):.3f} to {max(values):.3f}"
    return Figure(name, "ratio", statistics.median(values), most=most, note=spread)


def figures(seconds: dict[Scenario, list[float]]) -> list[Figure]:
    """Every side over stock, and ours over stock with its keys and values kept."""
    stock, kept = seconds[Scenario("stock")], seconds[Scenario("kept")]
    found = [
        figure(
            f"{scenario.name} / stock",
            ratios(runs, stock),
            AIMS.get((scenario.layout, scenario.terrains)) if scenario.side == "ours" else None,
        )
        for scenario, runs in seconds.items()
        if scenario.side != "stock"
    ]
    return found + [
        figure(
            f"{scenario.name} / kept",
            ratios(runs, kept),
            KEPT_AIM if (scenario.layout, scenario.terrains) == ("blobs", 8) else None,
        )
        for scenario, runs in seconds.items()
        if scenario.side == "ours"
    ]


def measure_preparing(subject: Subject, terrains: int) -> list[Figure]:
    """Measure what comes before the first step: keys and values of all prompts, and the gather plans."""
    blend = subject.blending(Scenario("ours", "blobs", terrains))
    conditioning = subject.conditioning(blend)
    passes, prepared = in_turn([subject.forward, lambda: seconds_to_prepare(subject, conditioning, blend)], 5)
    return [
        Figure("stock, a pass", "seconds", statistics.median(passes)),
        figure(f"preparing blobs of {terrains} / a pass", ratios(prepared, passes), None),
    ]


def seconds_to_prepare(subject: Subject, conditioning: Conditioning, blend: Blending) -> float:
    """To make a picture's regional attention once."""
    began = subject.clock()
    RegionalAttention(subject.unet, conditioning, blend)
    return subject.clock() - began


def measure_exactness(subject: Subject, layouts: Sequence[str], terrains: int) -> list[Figure]:
    """How far the UNet's prediction is from that under the literal loop, without and with an epsilon."""
    found: list[Figure] = []
    for layout in layouts:
        with subject.install(Scenario("loop", layout, terrains)):
            literal = subject.predict()
        blend = subject.blending(Scenario("ours", layout, terrains))
        conditioning = subject.conditioning(blend)
        for epsilon in (0.0, EPSILON):
            with RegionalAttention(subject.unet, conditioning, blend, epsilon=epsilon).install():
                difference = subject.predict() - literal
            largest = float(difference.abs().max() / literal.abs().max())
            relative = float(difference.norm() / literal.norm())
            name = f"{layout} of {terrains}, epsilon {epsilon:g}"
            found += [
                Figure(f"{name}: largest difference", "tiny", largest, most=None if epsilon else 1e-5),
                Figure(f"{name}: relative L2", "tiny", relative, most=2e-3 if epsilon else None),
            ]
    return found


def read_size(_context: click.Context, _parameter: click.Parameter, value: str) -> tuple[int, int]:
    """HEIGHTxWIDTH in latents."""
    height, _, width = value.partition("x")
    try:
        return int(height), int(width)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not HEIGHTxWIDTH, such as 96x128") from None


@click.command()
@click.option("--model", default="full", show_default=True, help="full, embedded, or as for `tilebake bake`.")
@click.option("--size", default="64x64", show_default=True, callback=read_size, help="Latents.")
@click.option("--dtype", type=click.Choice([*DTYPES]), default="bfloat16", show_default=True)
@click.option(
    "--layout", "layouts", type=click.Choice([*LAYOUTS]), multiple=True, default=("blobs",), show_default=True
)
@click.option("--terrains", type=click.IntRange(1, 32), multiple=True, default=(8, 32), show_default=True)
@click.option("--loop/--no-loop", default=True, show_default=True, help="The literal loop as well.")
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True)
@click.option("--one-thread", is_flag=True, help="Count processor time, of one thread.")
@click.option(
    "--part",
    type=click.Choice(["time", "layers", "memory", "exact", "preparing"]),
    default="time",
    show_default=True,
)
def main(
    model: str,
    size: tuple[int, int],
    dtype: str,
    layouts: tuple[str, ...],
    terrains: tuple[int, ...],
    loop: bool,
    rounds: int,
    one_thread: bool,
    part: str,
) -> None:
    """Measure the cost of regional attention."""
    if one_thread:
        torch.set_num_threads(1)
    clock = time.process_time if one_thread else time.perf_counter
    seconds: dict[Scenario, list[float]] = {}
    if part == "memory":
        found = measure_memory(Bench(model, dtype, size, max(terrains)))
        click.echo(table(found))
        click.echo(json_line("attention", found, model=model, size=size, dtype=dtype))
        return
    subject = Subject(unet_of(model, dtype), size, max(terrains), clock)
    if part == "preparing":
        found = [each for count in terrains for each in measure_preparing(subject, count)]
    elif part == "exact":
        found = measure_exactness(subject, layouts, terrains[0])
    else:
        ours = [Scenario("ours", layout, count) for layout in layouts for count in terrains]
        literal = [Scenario("loop", layouts[0], terrains[0])] if loop else []
        scenarios = [Scenario("stock"), Scenario("kept"), *literal, *ours]
        if part == "layers":
            found = measure_layers(subject, scenarios, rounds)
        else:
            seconds = measure(subject, scenarios, rounds)
            found = figures(seconds)
    click.echo(table(found))
    details = {scenario.name: [round(each, 4) for each in runs] for scenario, runs in seconds.items()}
    click.echo(json_line("attention", found, model=model, size=size, dtype=dtype, seconds=details))
