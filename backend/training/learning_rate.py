"""Learning rates over a run."""

import numpy as np
from torch.optim import Optimizer


def cosine_rate(step: int, steps: int, peak: float) -> float:
    """Warm up over 100 steps, then fall as a cosine to a twentieth."""
    fall = 0.05 + 0.95 * 0.5 * (1 + float(np.cos(np.pi * min(step / steps, 1.0))))
    return peak * min(1.0, (step + 1) / 100) * fall


def set_rate(optimiser: Optimizer, rate: float) -> None:
    """Let the next steps be of this length."""
    for group in optimiser.param_groups:
        group["lr"] = rate
