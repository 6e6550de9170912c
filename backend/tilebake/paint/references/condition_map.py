"""Encode all that a map says: its prompts, under terrains' LoRAs, and the pictures to paint like."""

from collections.abc import Mapping

from tilebake.level.tilemap import TileMap
from tilebake.paint.model.load import Components
from tilebake.paint.prompts.embeds import Conditioning
from tilebake.paint.prompts.encode import condition
from tilebake.paint.terrain_loras.low_rank import TerrainLoras


def condition_map(components: Components, tilemap: TileMap) -> Conditioning:
    """Encode a map's prompts, and its reference pictures if it has any. Raises PromptError and ModelError."""
    conditioning = condition(components, tilemap, _terrain_loras(components, tilemap))
    if not tilemap.references.pictures():
        return conditioning
    from tilebake.paint.references.read_references import with_references  # which few maps need

    return with_references(conditioning, components, tilemap)


def _terrain_loras(components: Components, tilemap: TileMap) -> Mapping[str, TerrainLoras]:
    if not any(terrain.loras for terrain in tilemap.terrains):
        return {}
    from tilebake.paint.terrain_loras.read_terrain_loras import read_terrain_loras  # likewise

    return read_terrain_loras(components, tilemap)
