"""Look up the LoRAs that requests and maps name: those that work everywhere, and those of terrains."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from tilebake.errors import ModelError
from tilebake.level.source.json_positions import snippet
from tilebake.level.terrain import LoraRef, Terrain, TerrainLora
from tilebake.level.tilemap import TileMap
from tilebake.models.lookup import Models
from tilebake.models.model_file import AbsentModelError
from tilebake.serve.bake.model.recorded_model import RecordedModel

_Find = Callable[[str, Path], tuple[Path, str]]


@dataclass(frozen=True)
class LoraLookup:
    """Look up LoRAs, and remember which are not there but in a texture's record."""

    models: Models
    recorded: RecordedModel | None = None
    absent: list[str] = field(default_factory=list[str])  # as they are called

    def everywhere(self, refs: Iterable[LoraRef], root: Path) -> tuple[tuple[LoraRef, str], ...]:
        """Return LoRAs by absolute paths, with their digests; relative names begin at `root`.

        Raises ModelError.
        """
        found = [(self._find(self.models.lora, ref.path, root), ref.weight) for ref in refs]
        return tuple((LoraRef(str(file), weight), digest) for (file, digest), weight in found)

    def of_terrains(self, tilemap: TileMap, root: Path) -> TileMap:
        """Return a map whose terrains' LoRAs are known by absolute paths and digests.

        Raises ModelError, which names the terrain.
        """
        if not any(terrain.loras for terrain in tilemap.terrains):
            return tilemap
        return replace(tilemap, terrains=tuple(self._of_terrain(each, root) for each in tilemap.terrains))

    def _of_terrain(self, terrain: Terrain, root: Path) -> Terrain:
        try:
            found = [
                (self._find(self.models.terrain_lora, each.path, root), each.weight) for each in terrain.loras
            ]
        except ModelError as error:
            what = f"LoRA of the terrain {snippet(terrain.name)}: {error.what}"
            raise type(error)(what, where=error.where, hint=error.hint) from None
        return replace(
            terrain, loras=tuple(TerrainLora(str(file), weight, digest) for (file, digest), weight in found)
        )

    def _find(self, find: _Find, path: str, root: Path) -> tuple[Path, str]:
        try:
            return find(path, root)
        except AbsentModelError:
            if self.recorded is None:
                raise
            self.absent.append(path)
            return self.recorded.find_lora(path, root)
