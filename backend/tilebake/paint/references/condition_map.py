"""Encode all that a map says: its prompts, and the pictures that it is to look like."""

from tilebake.level.tilemap import TileMap
from tilebake.paint.model.load import Components
from tilebake.paint.prompts.embeds import Conditioning
from tilebake.paint.prompts.encode import condition


def condition_map(components: Components, tilemap: TileMap) -> Conditioning:
    """Encode a map's prompts, and its reference pictures if it has any. Raises PromptError and ModelError."""
    conditioning = condition(components, tilemap)
    if not tilemap.references.pictures():
        return conditioning
    from tilebake.paint.references.read_references import with_references  # which few maps need

    return with_references(conditioning, components, tilemap)
