"""The moving average of the weights while they are trained: what is exported, and looked at on the way."""

from collections.abc import Generator
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class Average:
    """Exponential moving average of a module's parameters; its memory is short while it is young."""

    def __init__(self, module: nn.Module, longest: float) -> None:
        self.module = module
        self.longest = longest
        self.kept: list[Tensor] = [parameter.detach().clone() for parameter in module.parameters()]

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take in the weights as they are after a step."""
        decay = min(self.longest, (1 + step) / (10 + step))
        for kept, live in zip(self.kept, self.module.parameters(), strict=True):
            kept.lerp_(live, 1 - decay)

    @contextmanager
    def applied(self) -> Generator[None]:
        """Within, the module has the averaged weights."""
        self._exchange()
        try:
            yield
        finally:
            self._exchange()

    def state(self) -> dict[str, Tensor]:
        """The module's state with the averaged weights."""
        with self.applied():
            return {key: value.clone() for key, value in self.module.state_dict().items()}

    def restore(self, state: dict[str, Tensor]) -> None:
        """Go on from what `state` returned."""
        self.kept = [state[key] for key, _ in self.module.named_parameters()]

    @torch.no_grad()
    def _exchange(self) -> None:
        for kept, live in zip(self.kept, self.module.parameters(), strict=True):
            held = live.detach().clone()
            live.copy_(kept)
            kept.copy_(held)
