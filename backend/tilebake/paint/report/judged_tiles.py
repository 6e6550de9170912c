"""Describe in words what a judge takes the tiles of a terrain for, and what its figures are worth."""

from typing import Final

from tilebake.errors import Diagnostic
from tilebake.level.canvas import USUAL_WIDTH, width_of_tile
from tilebake.request import BakeRequest
from tilebake.texture import JudgedTiles, PlacementReport

NAMED_MISTAKES: Final = 3  # of those that a terrain was taken for


def describe_judged(judged: JudgedTiles | None, width: int) -> tuple[str, ...]:
    """Describe what was judged in a line or two, or in none.

    Tiles were painted `width` canvas pixels wide.
    """
    if judged is None:
        return ()
    if not judged.tiles:
        return ("no tile that can be judged",)
    taken = [
        f"{name.replace('_', ' ')} {count}" for name, count in [*judged.taken_for.items()][:NAMED_MISTAKES]
    ]
    wrong = (f"taken for {', '.join(taken)}",) if taken else ()
    return (f"{judged.right} of {judged.tiles} tiles judged right{reservation(width)}", *wrong)


def reservation(width: int) -> str:
    """Tell that the judge sees tiles of a width that it was not trained on; nothing where it was."""
    return "" if width == USUAL_WIDTH else f" (at {width} px)"


def note_on_judging(request: BakeRequest, report: PlacementReport | None) -> Diagnostic | None:
    """Return what to say of the judge's figures in a report; None where they count, or there are none."""
    width = width_of_tile(request.settings, request.tilemap.tile_size)
    if report is None or report.judged_right() is None or not reservation(width):
        return None
    what = f'"judged right" counts at {USUAL_WIDTH} pixels a tile, which the judge was trained on'
    return Diagnostic(what, hint="elsewhere compare pictures of one size alone, or go by your eyes")
