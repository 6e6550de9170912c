"""Compute attention maps literally: softmax(q Kᵀ / √D), which fused kernels never write down."""

import torch

QUERY_BLOCK = 1024  # queries at once: at most a few tens of MB, whatever the canvas


def attention_probabilities(query: torch.Tensor, key: torch.Tensor) -> torch.Tensor:
    """Compute how strongly each pixel attends to each token, per head; sums to 1 over the tokens.

    query [B, H, Q, D], key [H, T, D] → float32 [B, H, Q, T].
    """
    scores = query.float() @ key.float().transpose(-1, -2)
    return (scores * query.shape[-1] ** -0.5).softmax(dim=-1)


def word_maps(query: torch.Tensor, key: torch.Tensor, selector: torch.Tensor) -> torch.Tensor:
    """Compute the share of its attention that each pixel gives to each word, as the mean over the heads.

    query [1, H, Q, D], key [H, T, D], selector [T, W]: 1 where a token is the word's. Returns float32 [W, Q].
    """
    blocks = [
        attention_probabilities(block, key)[0].mean(dim=0) @ selector  # [H, Q, T] → [Q, T] → [Q, W]
        for block in query.split(QUERY_BLOCK, dim=2)
    ]
    return torch.cat(blocks).T
