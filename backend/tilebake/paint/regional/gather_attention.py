"""Compute regional attention by gathered rows: a prompt is attended to only where it weighs something.

The formula is that of `regional_attention`, by a GatherPlan in a few fused calls a layer. Keys and values of
prompts of one length are stacked, so that neighbours in the stack go into one call without being copied.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import torch
from torch.nn.functional import embedding_bag, scaled_dot_product_attention

from tilebake.paint.regional.blending import TensorTarget
from tilebake.paint.regional.gather_plan import Bucket, GatherPlan

SumRows = Callable[[torch.Tensor], torch.Tensor]
"""Sum attended rows [P, C] by weight at each pixel: [Q, C]."""


class PromptStack(NamedTuple):
    """Hold prompts of one length in one layer, side by side."""

    keys: torch.Tensor  # [J, H, T, D]
    values: torch.Tensor  # [J, H, T, D]
    mask: torch.Tensor | None  # [1, 1, 1, T]: 0, and -inf where T is padded

    def part(self, first: int, last: int) -> "PromptStack":
        """Return some of them, not copied."""
        return PromptStack(self.keys[first:last], self.values[first:last], self.mask)


class DevicePlan(NamedTuple):
    """Hold a GatherPlan as tensors on the device that uses it."""

    base: torch.Tensor  # [Q, 1]
    pixels: torch.Tensor  # [P]
    buckets: tuple[Bucket, ...]
    sum_rows: SumRows


def pad_length(tokens: int, device: torch.device) -> int:
    """Return how many keys to pad a prompt to: a CPU's fused kernel is twice as fast at multiples of 16."""
    return -(-tokens // 16) * 16 if device.type == "cpu" else tokens


def stack(projected: Iterable[tuple[torch.Tensor, torch.Tensor]], count: int) -> PromptStack:
    """Stack keys and values [H, T, D] of `count` prompts of one length.

    They are taken one prompt at a time: copies of all of them, once freed, would leave holes in main memory
    that nothing fits into, as large as what is kept.
    """
    stacked: PromptStack | None = None
    for at, (key, value) in enumerate(projected):
        stacked = stacked or _allocate(count, key)
        stacked.keys[at, :, : key.shape[1]].copy_(key)
        stacked.values[at, :, : key.shape[1]].copy_(value)
    assert stacked is not None, "there is always a base prompt"
    return stacked


def _allocate(count: int, key: torch.Tensor) -> PromptStack:
    """Allocate as many prompts of the length of one key [H, T, D], all zeros, with their padding masked."""
    heads, tokens, width = key.shape
    length = pad_length(tokens, key.device)
    keys, values = (key.new_zeros(count, heads, length, width) for _ in range(2))
    mask = key.new_zeros(1, 1, 1, length) if length > tokens else None
    if mask is not None:
        mask[..., tokens:] = -torch.inf
    return PromptStack(keys, values, mask)


def attend_to_stack(query: torch.Tensor, prompts: PromptStack) -> torch.Tensor:
    """Attend each of B queries to the prompt in its place: softmax(q Kᵀ / √D) V, [B, H, Q, D]."""
    mask = prompts.mask
    if mask is not None:
        mask = mask.expand(len(query), 1, query.shape[2], -1)
    return scaled_dot_product_attention(query, prompts.keys, prompts.values, attn_mask=mask)


def gather_attention(
    query: torch.Tensor, base: PromptStack, buckets: Sequence[PromptStack], plan: DevicePlan
) -> torch.Tensor:
    """Compute Σ_j weights[j](x) · softmax(q(x) K_jᵀ / √D) V_j: [1, H, Q, D] → [1, H, Q, D].

    `base` is the base prompt alone, `buckets` are the plan's.
    """
    heads, width = query.shape[1], query.shape[3]
    blended = _join_heads(attend_to_stack(query, base))[0].mul_(plan.base)  # [Q, C]
    if buckets:
        rows = _join_heads(query)[0].index_select(0, plan.pixels)  # [P, C]
        parts = rows.split([bucket.prompts * bucket.rows for bucket in plan.buckets])
        attended = [
            _join_heads(
                attend_to_stack(_split_rows(part.unflatten(0, (bucket.prompts, -1)), heads), prompts)
            ).flatten(0, 1)
            for bucket, part, prompts in zip(plan.buckets, parts, buckets, strict=True)
        ]
        blended.add_(plan.sum_rows(torch.cat(attended)))
    return blended.view(1, -1, heads, width).transpose(1, 2)


def place_on_device(plan: GatherPlan, target: TensorTarget) -> DevicePlan:
    """Turn a plan into tensors on a device, with embedding_bag for the sums where it has a fused kernel."""

    def tensor(values: object, dtype: torch.dtype) -> torch.Tensor:
        return torch.as_tensor(values).to(target.device, dtype)

    sums = embedding_bag_sum if target.device.type in ("cpu", "cuda") else indexed_sum
    entries, offsets = tensor(plan.entries, torch.long), tensor(plan.offsets, torch.long)
    return DevicePlan(
        base=tensor(plan.base, target.dtype)[:, None],
        pixels=tensor(plan.pixels, torch.long),
        buckets=plan.buckets,
        sum_rows=sums(entries, offsets, tensor(plan.weights, target.dtype)),
    )


def embedding_bag_sum(entries: torch.Tensor, offsets: torch.Tensor, weights: torch.Tensor) -> SumRows:
    """Sum the entries [E] of each pixel, from its offset [Q] on, by weights [E]: in one call."""

    def sum_rows(rows: torch.Tensor) -> torch.Tensor:
        return embedding_bag(entries, rows, offsets, mode="sum", per_sample_weights=weights)

    return sum_rows


def indexed_sum(entries: torch.Tensor, offsets: torch.Tensor, weights: torch.Tensor) -> SumRows:
    """Sum as `embedding_bag_sum` does, by indexing: every pixel's first entry, then the second, and so on."""
    counts = torch.diff(offsets, append=offsets.new_tensor([len(entries)]))
    most = int(counts.max()) if len(entries) else 0
    slots = offsets[None] + torch.arange(most, device=offsets.device)[:, None]  # [slots, Q]
    is_there = torch.arange(most, device=offsets.device)[:, None] < counts
    taken = torch.where(is_there, slots, 0)
    positions, shares = entries[taken], weights[taken] * is_there

    def sum_rows(rows: torch.Tensor) -> torch.Tensor:
        total = rows.new_zeros(len(offsets), rows.shape[1])
        for at, share in zip(positions, shares, strict=True):
            total.addcmul_(rows.index_select(0, at), share[:, None])
        return total

    return sum_rows


def _join_heads(attended: torch.Tensor) -> torch.Tensor:
    """Join heads as the fused kernels lay them out, and so without a copy: [B, H, Q, D] → [B, Q, H·D]."""
    return attended.transpose(1, 2).flatten(2)


def _split_rows(rows: torch.Tensor, heads: int) -> torch.Tensor:
    """Split heads: [B, Q, H·D] → [B, H, Q, D]."""
    return rows.unflatten(-1, (heads, -1)).transpose(1, 2)
