"""Make the layer of a map that is a TileSet: a cell for each corner of its tiles, in a blob for sides too."""

from itertools import product
from typing import Final

from tilebake.level.map.content import MapLayer
from tilebake.level.map.mapfile import MapFile
from tilebake.level.map.tile_columns import Cells
from tilebake.level.source.json_positions import snippet
from tilebake.level.source.refuse import Refuse
from tilebake.level.terrain import spell_name
from tilebake.level.torus.blob_set import arrange_blob
from tilebake.level.torus.corner_set import Arrangement, arrange
from tilebake.level.torus.set_form import TileSetForm

_FOREIGN: Final = ("rows", "cells", "layers", "legend", "origin", "edit")
"""What a map of tiles may have, and a TileSet has no use for."""
_OF_CORNERS: Final = ("corners", "variants", "dual_grid")
_BLOB_SIDES: Final = 4  # a blob's tiles have a multiple of so many pixels: its transitions begin at a quarter
_DUAL_TERRAINS: Final = 2


def form_of(file: MapFile) -> TileSetForm | None:
    """Return the form of a file's TileSet; None where it is a map of tiles."""
    if file.blob:
        return TileSetForm("blob", tuple(map(spell_name, file.blob)))
    if file.corners:
        terrains = tuple(map(spell_name, file.corners))
        return TileSetForm("dual_grid" if file.dual_grid else "corners", terrains)
    return None


def read_set(file: MapFile, refuse: Refuse) -> MapLayer:
    """Return the cells of a TileSet as a layer.

    Raises the error that `refuse` makes for terrains that come twice, and for what a TileSet cannot have.
    """
    key = "blob" if file.blob else "corners"
    _refuse_foreign(file, key, refuse)
    if file.blob:
        named, cells, centres = file.blob, arrange_blob(), _blob_centres(file, refuse)
    else:
        _refuse_unfit_dual_grid(file, refuse)
        named, cells, centres = file.corners or (), arrange(len(file.corners or ()), file.variants), []
    spelled = [spell_name(name) for name in named]
    for index, name in enumerate(spelled):
        if name in spelled[:index]:
            raise refuse(f"{snippet(name)} is there twice", (key, index), hint="remove one of the two")
    terrains = {(x, y): named[terrain] for y, row in enumerate(cells) for x, terrain in enumerate(row)}
    named_at = {name: (key, index) for index, name in enumerate(named)}
    return MapLayer(Cells.of(terrains, centres), (key,), named_at)


def _refuse_foreign(file: MapFile, key: str, refuse: Refuse) -> None:
    """Raise for what a TileSet of this key cannot have."""
    for name in (*_FOREIGN, *(_OF_CORNERS if key == "blob" else ())):
        if name in file.model_fields_set:
            hint = "remove it, or write it in a map of its own"
            raise refuse(f'a TileSet, which has "{key}", has no "{name}"', (name,), hint=hint, at_key=True)
    if file.wrap not in (None, "both"):
        raise refuse("a TileSet wraps along both axes", ("wrap",), hint='write "both", or leave it out')
    size = file.tile_size
    if not isinstance(size, int) and size[0] != size[1]:
        raise refuse("tiles of a TileSet are square", ("tile_size",), hint="write one number")


def _refuse_unfit_dual_grid(file: MapFile, refuse: Refuse) -> None:
    if file.dual_grid and (len(file.corners or ()) != _DUAL_TERRAINS or file.variants > 1):
        hint = 'name two terrains without "variants", or remove "dual_grid"'
        raise refuse("a dual grid has sixteen tiles of two terrains", ("dual_grid",), hint=hint, at_key=True)


def _blob_centres(file: MapFile, refuse: Refuse) -> list[tuple[float, float]]:
    """Return the centres of a blob's cells: that of the first corner is where the world begins.

    So corners lie on whole latent pixels, whatever the size of a tile.
    """
    size = file.tile_size if isinstance(file.tile_size, int) else file.tile_size[0]
    if size % _BLOB_SIDES:
        hint = f"make it a multiple of {_BLOB_SIDES}"
        raise refuse(f"a blob cannot have tiles of {size} pixels", ("tile_size",), hint=hint)
    cells: Arrangement = arrange_blob()
    return [(x * size / 2, y * size / 2) for y, x in product(range(len(cells)), range(len(cells[0])))]
