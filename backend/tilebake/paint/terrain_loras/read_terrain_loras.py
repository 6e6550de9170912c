"""Read the LoRAs of a map's terrains, for the model that paints it."""

from collections.abc import Mapping
from pathlib import Path

from tilebake.level.terrain import Terrain, TerrainLora
from tilebake.level.tilemap import TileMap
from tilebake.paint.model.load import Components
from tilebake.paint.model.loras import LoraFile
from tilebake.paint.terrain_loras.low_rank import LoraLayers, TerrainLoras, WeighedLora
from tilebake.paint.terrain_loras.read_lora import read_lora


def read_terrain_loras(components: Components, tilemap: TileMap) -> Mapping[str, TerrainLoras]:
    """Return the LoRAs of a map's terrains by the terrains' names, or what is kept of an earlier map.

    One of weight 0 is not read. Raises ModelError.
    """
    found = {terrain.name: _of_terrain(components, terrain) for terrain in tilemap.terrains}
    return {name: each for name, each in found.items() if each.loras}


def _of_terrain(components: Components, terrain: Terrain) -> TerrainLoras:
    named = [each for each in terrain.loras if each.weight != 0]
    loras = tuple(WeighedLora(_read(components, each), each.weight) for each in named)
    return TerrainLoras(loras, tuple((each.digest or each.path, each.weight) for each in named))


def _read(components: Components, named: TerrainLora) -> LoraLayers:
    key = named.digest or named.path, components.device, components.dtype
    file = LoraFile(Path(named.path), named.weight, named.digest)
    return components.terrain_loras.get(
        key, lambda: read_lora(components, file, components.device, components.dtype)
    )
