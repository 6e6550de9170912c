"""Sheets of TileSets as they are described, without a picture."""

from tilebake.level.torus.blob_set import arrange_blob
from tilebake.level.torus.corner_set import arrange
from tilebake.level.torus.set_form import SetForm, TileSetForm
from tilebake.level.torus.tile_layout import lay_out
from tilebake.serve.tilesets.sheet import Sheet, sheet_of


def make_sheet(
    name: str, form: SetForm, terrains: tuple[str, ...], *, variants: int = 1, tile_size: int = 16
) -> Sheet:
    tile_set = TileSetForm(form, terrains)
    layout = lay_out(tile_set, arrange_blob() if form == "blob" else arrange(len(terrains), variants))
    return sheet_of(name, tile_set, layout, tile_size * len(layout.sheet[0]))
