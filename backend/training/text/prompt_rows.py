"""Prompts as short rows of tokens: those that say something, and one for all that are silent.

The text encoders give what joins phrases, the end and the padding one and the same vector. Seventy equal keys
are one whose logit is higher by log 70: exactly that is trained, in a third of the work and less.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

HEARD = 5.0  # distance from silence at which a state counts; a word has about 10, the end up to 2.5
ABSENT = -1e4  # the logit of a place in a row that no token fills


class Short(NamedTuple):
    """One prompt. embeds: [1 + W, D], silence first. places: [W], where in the prompt the others stood."""

    embeds: Tensor
    places: Tensor
    silent: int  # tokens that the first stands for


class Rows(NamedTuple):
    """N prompts of as many tokens. embeds: [N, T, D]. logits: [N, T], to be added to each token's."""

    embeds: Tensor
    logits: Tensor

    def to(self, device: torch.device) -> "Rows":
        """The same on a device."""
        return Rows(self.embeds.to(device), self.logits.to(device))


def short(embeds: Tensor, length: int) -> Short:
    """The first tokens [T, D] of a prompt of `length`; it begins with silence, as all do, and ends so."""
    heard = (embeds - embeds[0]).norm(dim=-1) > HEARD
    silence = embeds[~heard].mean(dim=0, keepdim=True)
    return Short(torch.cat([silence, embeds[heard]]), heard.nonzero().flatten(), length - int(heard.sum()))


def rows(prompts: Sequence[Short]) -> Rows:
    """Prompts side by side, each filled up with tokens that nobody attends to."""
    length = max(len(each.embeds) for each in prompts)
    embeds = torch.zeros(len(prompts), length, prompts[0].embeds.shape[-1])
    logits = torch.full((len(prompts), length), ABSENT)
    for index, each in enumerate(prompts):
        embeds[index, : len(each.embeds)] = each.embeds
        logits[index, : len(each.embeds)] = 0
        logits[index, 0] = torch.tensor(float(each.silent)).log()
    return Rows(embeds, logits)
