"""In what the matrices are multiplied while training: bfloat16 where the processor has units for it."""

import torch

from tilebake.paint.model.load import cpu_dtype


def fastest(device: str = "cpu") -> torch.autocast:
    """Within, torch computes in bfloat16 on a GPU and on a processor with AMX, in float32 elsewhere.

    Without such units bfloat16 is emulated: a product of 1024 columns ran at 0.5 GFLOP/s, in float32 at 48.
    """
    quick = device != "cpu" or cpu_dtype() is torch.bfloat16
    return torch.autocast(device, torch.bfloat16, enabled=quick)
