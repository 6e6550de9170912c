"""Part the denoising steps into rounds, at whose ends windows meet.

Within a round each window is denoised alone; at its end the clean latents that windows expect are blended,
and noised again for the next round. More rounds let neighbours agree on more, and let an edit reach further.
Related: StochSync (Yeo et al. 2025, arXiv:2501.15445) and InfiniteDiffusion (Goslin 2025, arXiv:2512.08309).
"""

from collections.abc import Sequence
from itertools import pairwise
from math import log


def part_into_rounds(sigmas: Sequence[float], rounds: int) -> tuple[range, ...]:
    """Part as many steps as there are noise levels `sigmas`, falling, into rounds of like share of log-noise.

    Each round has a step at least, so there may be fewer than were asked for.
    """
    steps = len(sigmas)
    levels = [log(max(sigma, 1e-6)) for sigma in sigmas]
    cuts = [0]
    for index in range(1, rounds):
        due = levels[0] + (levels[-1] - levels[0]) * index / rounds
        nearest = min(range(1, steps), key=lambda step: abs(levels[step] - due), default=0)
        if nearest > cuts[-1]:
            cuts.append(nearest)
    return tuple(range(first, last) for first, last in pairwise([*cuts, steps]))
