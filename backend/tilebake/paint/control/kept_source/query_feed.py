"""Feed kept queries to the controls that watch a source, where its UNet is not run."""

from collections.abc import Sequence

import torch

from tilebake.paint.regional.layer_prompts import Attend, AttentionControl, LayerPrompts
from tilebake.paint.regional.layers import AttentionLayer


class QueryFeed:
    """Wrap a source's controls, so that they can be given queries as in a forward pass."""

    def __init__(self, controls: Sequence[AttentionControl]) -> None:
        self._valve = _Valve()
        self._collector = _Collector()
        self.controls: Sequence[AttentionControl] = (self._valve, *controls, self._collector)
        """For the source's denoiser."""

    def feed(self, queries: Sequence[torch.Tensor], step: int) -> None:
        """Show the controls a step's queries [1, H, Q, D], layer by layer, and attend to nothing."""
        self._valve.is_closed = True
        try:
            for attend, query in zip(self._collector.attends, queries, strict=True):
                # As projections lie in memory: sums in another order would have other last bits.
                attend(query.transpose(1, 2).contiguous().transpose(1, 2), step)
        finally:
            self._valve.is_closed = False


class _Valve:
    """Let queries through to attention, or, when closed, back."""

    def __init__(self) -> None:
        self.is_closed = False

    def wrap(self, layer: AttentionLayer, prompts: LayerPrompts, attend: Attend) -> Attend:
        del layer, prompts
        return lambda query, step: query if self.is_closed else attend(query, step)


class _Collector:
    """Collect what is done in each layer, all controls included."""

    def __init__(self) -> None:
        self.attends: list[Attend] = []

    def wrap(self, layer: AttentionLayer, prompts: LayerPrompts, attend: Attend) -> Attend:
        del layer, prompts
        self.attends.append(attend)
        return attend
