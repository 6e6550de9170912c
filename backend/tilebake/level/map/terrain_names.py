"""Give the terrains of a map's content one spelling of their names, whatever its format."""

from dataclasses import replace

from tilebake.level.map.content import MapContent, MapLayer
from tilebake.level.source.json_positions import snippet
from tilebake.level.terrain import group_by_spelling, spell_name


def spell_terrain_names(content: MapContent) -> MapContent:
    """Return a content in which equal names are equal texts.

    Raises the error that `content.refuse` makes where a terrain is described twice, in two spellings.
    """

    def refuse(name: str) -> Exception:
        what = f"the terrain {snippet(name)} is there twice, in two spellings"
        return content.refuse(what, ("terrains", name), hint="remove one of the two", at_key=True)

    terrains = group_by_spelling(content.terrains, refuse)
    return replace(content, terrains=terrains, layers=[_spell_layer(each) for each in content.layers])


def _spell_layer(layer: MapLayer) -> MapLayer:
    names = layer.cells.names
    spelled = tuple(map(spell_name, names))
    if spelled == names:
        return layer
    named_at = {spell_name(name): path for name, path in reversed([*layer.named_at.items()])}
    return replace(layer, cells=layer.cells.rename(spelled), named_at=named_at)
