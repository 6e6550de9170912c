"""Compute what one layer's tensors in an adapter's file change in its weight, by each format's definition.

    LoRA          ΔW = B A                        Hu et al. 2021, arXiv:2106.09685
    LoHa          ΔW = (B1 A1) ⊙ (B2 A2)          Hyeon-Woo et al. 2021, arXiv:2108.06098
    LoKr          ΔW = W1 ⊗ W2                    Yeh et al. 2023, arXiv:2309.14859 (LyCORIS)
    full diff     ΔW itself
    DoRA          W' = m (W + ΔW) / ‖W + ΔW‖      Liu et al. 2024, arXiv:2402.09353

The first three are times alpha / rank. Convolutions are decomposed as matrices [out, in·k·k], or by Tucker
with a kernel of its own. All is computed in float32; shapes are the files' own.
"""

from collections.abc import Callable, Mapping
from math import prod
from typing import Final

import torch

Tensors = Mapping[str, torch.Tensor]
"""One layer's tensors in a file, by the last part of their names."""

_TUCKER: Final = "ijkl,ip,jr->prkl"  # a kernel [i, j, k, k] between [i, out] and [j, in]


def weight_delta(tensors: Tensors, weight: torch.Tensor) -> torch.Tensor | None:
    """Return what is added to a layer's weight at full strength, in its shape; None if nothing is.

    Raises ValueError for tensors that are no adapter of such a layer.
    """
    kinds = [make for mark, make in _KINDS.items() if mark in tensors]
    if len(kinds) > 1:
        raise ValueError("it is of two formats at once")
    if not kinds:
        return None
    delta = kinds[0](tensors)
    if delta.numel() != weight.numel():
        raise ValueError(f"it has {delta.numel():,} numbers for a weight of {list(weight.shape)}")
    delta = delta.reshape(weight.shape)
    if "scalar" in tensors:
        delta = delta * tensors["scalar"].float()
    magnitude = tensors.get("dora_scale")
    return (
        delta if magnitude is None else decompose(weight.float() + delta, magnitude.float()) - weight.float()
    )


def bias_delta(tensors: Tensors) -> torch.Tensor | None:
    """Return what is added to a layer's bias [out]; None if nothing is."""
    found = next((tensors[key] for key in ("diff_b", "b_norm") if key in tensors), None)
    return None if found is None else found.float()


def decompose(merged: torch.Tensor, magnitude: torch.Tensor) -> torch.Tensor:
    """Give each row of a merged weight its trained magnitude, or each column, as the magnitude's shape says.

    merged [out, in, ...]; magnitude [out, 1, ...] or [1, in, ...].
    """
    flat = merged.flatten(1) if magnitude.shape[0] == merged.shape[0] else merged.transpose(0, 1).flatten(1)
    if magnitude.numel() != flat.shape[0]:
        raise ValueError(f"its DoRA scale {list(magnitude.shape)} is not of a weight {list(merged.shape)}")
    norm = flat.norm(dim=1) + torch.finfo(merged.dtype).eps
    scale = magnitude.flatten() / norm
    is_by_row = magnitude.shape[0] == merged.shape[0]
    shape = (-1, *[1] * (merged.ndim - 1)) if is_by_row else (1, -1, *[1] * (merged.ndim - 2))
    return merged * scale.reshape(shape)


def _lora(tensors: Tensors) -> torch.Tensor:
    down, up = _pick(tensors, "lora_down.weight"), _pick(tensors, "lora_up.weight")
    scale = alpha_scale(tensors, down.shape[0])
    if "lora_mid.weight" in tensors:
        middle = _pick(tensors, "lora_mid.weight")
        return scale * torch.einsum(_TUCKER, middle, up.flatten(1).T, down.flatten(1))
    return scale * (up.flatten(1) @ down.flatten(1))


def _loha(tensors: Tensors) -> torch.Tensor:
    rank = _pick(tensors, "hada_w1_b").shape[0]
    one, other = (_product(tensors, f"hada_w{n}", f"hada_t{n}") for n in (1, 2))
    return alpha_scale(tensors, rank) * (one * other)


def _lokr(tensors: Tensors) -> torch.Tensor:
    one = tensors["lokr_w1"].float() if "lokr_w1" in tensors else _product(tensors, "lokr_w1", "")
    other = tensors["lokr_w2"].float() if "lokr_w2" in tensors else _product(tensors, "lokr_w2", "lokr_t2")
    ranks = [tensors[key].shape[0] for key in ("lokr_w1_b", "lokr_w2_b") if key in tensors]
    scale = alpha_scale(tensors, ranks[0]) if ranks else 1.0
    if other.ndim == 4:
        one = one.reshape(*one.shape, 1, 1)
    return scale * torch.kron(one.contiguous(), other.contiguous())


def _product(tensors: Tensors, name: str, kernel: str) -> torch.Tensor:
    """Multiply the two factors of a matrix, or the three of a Tucker decomposition."""
    first, second = _pick(tensors, f"{name}_a"), _pick(tensors, f"{name}_b")
    if kernel in tensors:
        return torch.einsum(_TUCKER, tensors[kernel].float(), first, second)
    return first @ second


def _full(tensors: Tensors) -> torch.Tensor:
    return next(tensors[key] for key in ("diff", "w_norm") if key in tensors).float()


_KINDS: Final[Mapping[str, Callable[[Tensors], torch.Tensor]]] = {
    "lora_down.weight": _lora,
    "hada_w1_a": _loha,
    "lokr_w1": _lokr,
    "lokr_w1_a": _lokr,
    "diff": _full,
    "w_norm": _full,
}


def _pick(tensors: Tensors, key: str) -> torch.Tensor:
    if key not in tensors:
        raise ValueError(f"it lacks {key}")
    return tensors[key].float()


def alpha_scale(tensors: Tensors, rank: int) -> float:
    """Return alpha / rank of a layer; without an alpha it is its rank. Raises ValueError."""
    alpha = tensors.get("alpha")
    if alpha is None:
        return 1.0
    if prod(alpha.shape) != 1 or rank == 0:
        raise ValueError("its alpha is no number")
    return float(alpha) / rank
