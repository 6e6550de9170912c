"""How much main memory a pass takes at its peak, each side in a process of its own: a peak never falls."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any, Final, NamedTuple

import psutil

from benchmarks.attention.subject import Scenario, Subject, unet_of
from benchmarks.figures import Figure
from tilebake.paint.regional.attention import COND, UNCOND, RegionalAttention

MOST: Final = 1.10  # times what stock takes


class Bench(NamedTuple):
    """What is measured."""

    model: str
    dtype: str
    size: tuple[int, int]
    terrains: int


def measure_memory(bench: Bench) -> list[Figure]:
    """Stock diffusers with one prompt, and ours with so many terrains: as one batch, and branch by branch."""
    stock, pair, in_turn = (run_apart(side, bench) for side in (stock_peak, pair_peak, in_turn_peak))
    name = f"ours, blobs of {bench.terrains} / stock, peak memory"
    return [
        Figure("stock, peak memory", "bytes", float(stock)),
        Figure(name, "ratio", pair / stock, most=MOST),
        Figure(f"{name}, branches in turn", "ratio", in_turn / stock, most=MOST),
    ]


def stock_peak(bench: Bench) -> int:
    """Of a pass of stock diffusers, in bytes."""
    _subject(bench).predict()
    return peak_bytes()


def pair_peak(bench: Bench) -> int:
    """Of a pass of ours."""
    subject = _subject(bench)
    with subject.install(Scenario("ours", "blobs", bench.terrains)):
        subject.predict()
    return peak_bytes()


def in_turn_peak(bench: Bench) -> int:
    """Of a pass of each branch of guidance."""
    subject = _subject(bench)
    blend = subject.blending(Scenario("ours", "blobs", bench.terrains))
    with RegionalAttention(subject.unet, subject.conditioning(blend), blend).install() as context:
        for place, branch in enumerate((UNCOND, COND)):
            context.branches = (branch,)
            subject.predict(slice(place, place + 1))
    return peak_bytes()


def peak_bytes() -> int:
    """Return the most main memory that this process had so far."""
    memory: Any = psutil.Process().memory_info()
    if hasattr(memory, "peak_wset"):  # Windows
        return int(memory.peak_wset)
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if psutil.MACOS else peak * 1024


def run_apart(side: Callable[[Any], int], given: object) -> int:
    """Return what a side gives, in a fresh process."""
    with ProcessPoolExecutor(max_workers=1, mp_context=multiprocessing.get_context("spawn")) as child:
        return child.submit(side, given).result()


def _subject(bench: Bench) -> Subject:
    return Subject(unet_of(bench.model, bench.dtype), bench.size, bench.terrains)
