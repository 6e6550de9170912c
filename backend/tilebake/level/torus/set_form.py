"""Say which form a TileSet has, and of which terrains it is."""

from typing import Final, Literal, NamedTuple

SetForm = Literal["corners", "dual_grid", "blob"]

_CELLS_OF_A_BLOB: Final = 2  # cells of the map along a tile: corners, sides and middles have one each


class TileSetForm(NamedTuple):
    """Name the form of a TileSet, and its terrains as the file orders them."""

    form: SetForm
    terrains: tuple[str, ...]  # of a blob the upper one and the ground, of dual grids the ground first

    @property
    def cells_along_tile(self) -> int:
        """How many cells of the map a tile of the set has along a side."""
        return _CELLS_OF_A_BLOB if self.form == "blob" else 1
