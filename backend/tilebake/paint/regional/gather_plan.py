"""Plan which pixels attend to which prompts, so that no layer attends where a prompt weighs nothing.

A terrain's mask is close to 0 in most of a map, so that of R + 1 prompts a pixel attends to two or three,
however many there are. Each prompt's pixels are gathered as rows, attended to, and summed by weight. Plans
are made once a map, for each level and set of weights; a layer spends few large products on them a step.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

EPSILON: Final = 2e-3  # share of a pixel's weight, up to which a prompt is not attended to there
CALL: Final = 24  # rows that could be attended to in the time that one more call takes

Indices = NDArray[np.int64]


class Bucket(NamedTuple):
    """Name prompts that lie side by side and are attended to in one call, by `rows` rows each."""

    first: int
    last: int  # the one behind the last
    rows: int  # some of them padding, where a prompt has fewer pixels

    @property
    def prompts(self) -> int:
        """The number of prompts."""
        return self.last - self.first


@dataclass(frozen=True, eq=False)
class GatherPlan:
    """Hold how Q pixels attend to J prompts: to the base prompt everywhere, to the others by rows."""

    base: NDArray[np.float64]  # [Q]: the base prompt's weight
    pixels: Indices  # [P]: the pixel of each row, bucket by bucket and prompt by prompt
    buckets: tuple[Bucket, ...]
    entries: Indices  # [E]: the rows that count, pixel by pixel
    weights: NDArray[np.float64]  # [E]: their weights
    offsets: Indices  # [Q]: where each pixel's begin among them


def make_gather_plan(
    weights: NDArray[np.float64], lengths: Sequence[int], epsilon: float = EPSILON
) -> GatherPlan:
    """Plan weights [J, Q], the base prompt's first, for prompts of so many tokens.

    Of each pixel's weights those up to `epsilon` times their sum are left out and the rest is raised to the
    same sum; with 0 nothing that weighs anything is left out.
    """
    kept = _without_faint(weights, epsilon)
    pixels_of = [np.flatnonzero(each) for each in kept[1:]]
    buckets = _buckets([len(each) for each in pixels_of], lengths[1:])
    rows: list[Indices] = []
    positions = np.zeros(kept[1:].shape, np.int64)  # [J - 1, Q]: a pixel's row for each prompt
    start = 0
    for bucket in buckets:
        for index in range(bucket.first, bucket.last):
            pixels = pixels_of[index]
            positions[index, pixels] = start + np.arange(len(pixels))
            rows.append(np.pad(pixels, (0, bucket.rows - len(pixels))))
            start += bucket.rows
    pixel, prompt = np.nonzero(kept[1:].T)
    return GatherPlan(
        base=kept[0],
        pixels=np.concatenate(rows) if rows else np.zeros(0, np.int64),
        buckets=buckets,
        entries=positions[prompt, pixel],
        weights=kept[1 + prompt, pixel],
        offsets=np.searchsorted(pixel, np.arange(kept.shape[1])).astype(np.int64),
    )


def stacking_order(
    weights: NDArray[np.float64], lengths: Sequence[int], epsilon: float = EPSILON
) -> tuple[int, ...]:
    """Return the best order to stack prompts of weights [J, Q] in: the base prompt first, as everywhere.

    Then those of one length together, as that is what can go into one call, and the widest first: so
    neighbours have about as many rows, and few calls are few rows of padding too.
    """
    pixels = (_without_faint(weights, epsilon) > 0).sum(axis=1)
    return (0, *sorted(range(1, len(lengths)), key=lambda prompt: (lengths[prompt], -pixels[prompt])))


def _without_faint(weights: NDArray[np.float64], epsilon: float) -> NDArray[np.float64]:
    """Set what is faint in [J, Q] to 0, and keep the sum over J."""
    total = weights.sum(axis=0)
    kept = np.where(weights > epsilon * total, weights, 0.0)
    return kept * (total / kept.sum(axis=0))


def _buckets(counts: Sequence[int], lengths: Sequence[int]) -> tuple[Bucket, ...]:
    """Group prompts that are attended to together, at the least cost in rows and calls.

    Only prompts of one length go together. Bellman's recursion over where the last bucket begins.
    """
    costs, cuts = [0.0], [0]
    for last in range(1, len(counts) + 1):
        best, cut = np.inf, 0
        for first in range(last - 1, -1, -1):
            if lengths[first] != lengths[last - 1]:
                break
            rows = max(counts[first:last])
            cost = costs[first] + (rows * (last - first) + CALL if rows else 0)
            if cost < best:
                best, cut = cost, first
        costs.append(best)
        cuts.append(cut)
    buckets: list[Bucket] = []
    last = len(counts)
    while last:
        buckets.append(Bucket(cuts[last], last, max(counts[cuts[last] : last])))
        last = cuts[last]
    return tuple(bucket for bucket in reversed(buckets) if bucket.rows)
