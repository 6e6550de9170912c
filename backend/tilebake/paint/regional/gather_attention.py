"""Regional attention by rows: only the pixels that hear a prompt attend to it, in a few fused calls a layer.

The same formula as `regional_attention`, by a RowPlan. Keys and values of prompts of one length are stacked,
so that neighbours in the stack go into one call without being copied.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import torch
from torch.nn.functional import embedding_bag, scaled_dot_product_attention

from tilebake.paint.regional.blending import Target
from tilebake.paint.regional.gather_plan import Bucket, RowPlan

SumRows = Callable[[torch.Tensor], torch.Tensor]
"""Rows attended to [P, C] → their weighted sum at each pixel [Q, C]."""


class Prompts(NamedTuple):
    """Prompts of one length in one layer, side by side."""

    keys: torch.Tensor  # [J, H, T, D]
    values: torch.Tensor  # [J, H, T, D]
    mask: torch.Tensor | None  # [1, 1, 1, T]: 0, and -inf where T is padded

    def part(self, first: int, last: int) -> "Prompts":
        """Some of them, not copied."""
        return Prompts(self.keys[first:last], self.values[first:last], self.mask)


class DevicePlan(NamedTuple):
    """A RowPlan where it is used."""

    base: torch.Tensor  # [Q, 1]
    pixels: torch.Tensor  # [P]
    buckets: tuple[Bucket, ...]
    sum_rows: SumRows


def padded_length(tokens: int, device: torch.device) -> int:
    """How many keys a prompt should have. A CPU's fused kernel is up to twice as fast at multiples of 16."""
    return -(-tokens // 16) * 16 if device.type == "cpu" else tokens


def stack(projected: Iterable[tuple[torch.Tensor, torch.Tensor]], count: int) -> Prompts:
    """Keys and values [H, T, D] of `count` prompts of one length, as they are attended to.

    They are taken one prompt at a time: copies of all of them, once freed, would leave holes in main memory
    that nothing fits into, as large as what is kept.
    """
    stacked: Prompts | None = None
    for at, (key, value) in enumerate(projected):
        stacked = stacked or _room_for(count, key)
        stacked.keys[at, :, : key.shape[1]].copy_(key)
        stacked.values[at, :, : key.shape[1]].copy_(value)
    assert stacked is not None, "there is always a base prompt"
    return stacked


def _room_for(count: int, key: torch.Tensor) -> Prompts:
    """As many prompts of the length of one key [H, T, D], all zeros, with their padding masked."""
    heads, tokens, width = key.shape
    length = padded_length(tokens, key.device)
    keys, values = (key.new_zeros(count, heads, length, width) for _ in range(2))
    mask = key.new_zeros(1, 1, 1, length) if length > tokens else None
    if mask is not None:
        mask[..., tokens:] = -torch.inf
    return Prompts(keys, values, mask)


def attend(query: torch.Tensor, prompts: Prompts) -> torch.Tensor:
    """softmax(q Kᵀ / √D) V, each of B queries to the prompt in its place: [B, H, Q, D] → [B, H, Q, D]."""
    mask = prompts.mask
    if mask is not None:
        mask = mask.expand(len(query), 1, query.shape[2], -1)
    return scaled_dot_product_attention(query, prompts.keys, prompts.values, attn_mask=mask)


def attend_by_rows(
    query: torch.Tensor, base: Prompts, buckets: Sequence[Prompts], plan: DevicePlan
) -> torch.Tensor:
    """Σ_j weights[j](x) · softmax(q(x) K_jᵀ / √D) V_j: [1, H, Q, D] → [1, H, Q, D].

    `base` is the base prompt alone, `buckets` are the plan's.
    """
    heads, width = query.shape[1], query.shape[3]
    blended = _joined(attend(query, base))[0].mul_(plan.base)  # [Q, C]
    if buckets:
        rows = _joined(query)[0].index_select(0, plan.pixels)  # [P, C]
        parts = rows.split([bucket.prompts * bucket.rows for bucket in plan.buckets])
        attended = [
            _joined(attend(_split(part.unflatten(0, (bucket.prompts, -1)), heads), prompts)).flatten(0, 1)
            for bucket, part, prompts in zip(plan.buckets, parts, buckets, strict=True)
        ]
        blended.add_(plan.sum_rows(torch.cat(attended)))
    return blended.view(1, -1, heads, width).transpose(1, 2)


def placed(plan: RowPlan, target: Target) -> DevicePlan:
    """The plan as tensors. Sums are made by bags where the device has a fused kernel for them."""

    def tensor(values: object, dtype: torch.dtype) -> torch.Tensor:
        return torch.as_tensor(values).to(target.device, dtype)

    sums = by_bags if target.device.type in ("cpu", "cuda") else by_slots
    heard, offsets = tensor(plan.heard, torch.long), tensor(plan.offsets, torch.long)
    return DevicePlan(
        base=tensor(plan.base, target.dtype)[:, None],
        pixels=tensor(plan.pixels, torch.long),
        buckets=plan.buckets,
        sum_rows=sums(heard, offsets, tensor(plan.weights, target.dtype)),
    )


def by_bags(heard: torch.Tensor, offsets: torch.Tensor, weights: torch.Tensor) -> SumRows:
    """Sums of the rows `heard` [E], each pixel's from its offset [Q] on, by weights [E]: in one call."""

    def sum_rows(rows: torch.Tensor) -> torch.Tensor:
        return embedding_bag(heard, rows, offsets, mode="sum", per_sample_weights=weights)

    return sum_rows


def by_slots(heard: torch.Tensor, offsets: torch.Tensor, weights: torch.Tensor) -> SumRows:
    """The same by indexing alone: the first row of every pixel, then the second, and so on."""
    counts = torch.diff(offsets, append=offsets.new_tensor([len(heard)]))
    most = int(counts.max()) if len(heard) else 0
    slots = offsets[None] + torch.arange(most, device=offsets.device)[:, None]  # [slots, Q]
    is_there = torch.arange(most, device=offsets.device)[:, None] < counts
    taken = torch.where(is_there, slots, 0)
    positions, shares = heard[taken], weights[taken] * is_there

    def sum_rows(rows: torch.Tensor) -> torch.Tensor:
        total = rows.new_zeros(len(offsets), rows.shape[1])
        for at, share in zip(positions, shares, strict=True):
            total.addcmul_(rows.index_select(0, at), share[:, None])
        return total

    return sum_rows


def _joined(attended: torch.Tensor) -> torch.Tensor:
    """[B, H, Q, D] → [B, Q, H·D]: as the fused kernels lay it out, and so without a copy."""
    return attended.transpose(1, 2).flatten(2)


def _split(rows: torch.Tensor, heads: int) -> torch.Tensor:
    """[B, Q, H·D] → [B, H, Q, D]."""
    return rows.unflatten(-1, (heads, -1)).transpose(1, 2)
