"""Paint one order after another with one model: what runs on a machine of the cluster."""

import socket
import traceback
from pathlib import Path

from tilebake.errors import ModelError, TilebakeError
from tilebake.models.reference import ModelSource, model_digest, resolve
from tilebake.request import Painter, Step
from tilebake.serve.bake.texture_cache import pack_texture, result_digest
from tilebake.serve.bulkhead import Mistake
from tilebake.serve.cluster.messages import (
    Answer,
    FindSite,
    Identity,
    PaintedTexture,
    PaintOrder,
    Refused,
    WorldPainter,
    identity_on,
)
from tilebake.serve.worker.protocol import Crashed, MakePainter, WorkFailed


class OtherModelError(ModelError):
    """Report that a machine has another model under the name of the driver's."""


class PaintingWorker:
    """Hold the painter of one model, and answer orders. `signs` may be called while one is painted."""

    def __init__(self, make_painter: MakePainter, find_site: FindSite = socket.gethostname) -> None:
        self._make_painter = make_painter
        self._find_site = find_site
        self._painter: Painter | None = None
        self._key: object = None
        self._signs = 0

    def introduce(self) -> Identity:
        """Say who this is."""
        identity = identity_on(socket.gethostname())
        try:
            return identity._replace(site=self._find_site())
        except TilebakeError as error:
            return identity._replace(unfit=str(error))

    def signs(self) -> int:
        """Return a number that rises while there is progress."""
        return self._signs

    def paint(self, order: PaintOrder) -> Answer:
        """Paint an order. Whatever goes wrong is an answer too."""
        self._signs += 1
        try:
            painter = self._painter_for(order)
            if order.unit is not None:
                assert isinstance(painter, WorldPainter), "none other is given units"
                assert painter.paint_unit is not None, "likewise"
                return painter.paint_unit(order.request, order.unit, self._note)
            texture = painter.bake(order.request, self._note)
            return PaintedTexture(result_digest(texture), pack_texture(texture), texture.share)
        except OtherModelError as error:
            return Refused(error.what)
        except TilebakeError as error:
            return WorkFailed.from_error(order.number, error)
        except Exception as error:  # the driver reports it, and ends this process
            return Crashed(order.number, Mistake.from_error(error), traceback.format_exc())

    def _painter_for(self, order: PaintOrder) -> Painter:
        key = order.request.model_key()
        if self._painter is None or self._key != key:
            self._painter = None  # two models need not fit into memory together
            source = _source_here(order.source)
            _refuse_other(source, order)
            self._painter = self._make_painter(source, order.request.loras)
            self._key = key
            self._signs += 1
        return self._painter

    def _note(self, _step: Step) -> None:
        self._signs += 1


def _source_here(source: ModelSource) -> ModelSource:
    """Return where a model lies on this machine: a folder or file under the path that the driver has.

    Raises ModelError.
    """
    by_name = source.kind in ("embedded", "hub")
    return resolve(source.reference if by_name else str(source.path), Path("/") if by_name else None)


def _refuse_other(source: ModelSource, order: PaintOrder) -> None:
    """Raise OtherModelError unless a model's content is what the driver has under this name."""
    here, there = model_digest(source), order.request.model_digest
    if here != there:
        what = f"its model {order.source.reference} is another one ({here[:12]}, not {there[:12]})"
        raise OtherModelError(what)
