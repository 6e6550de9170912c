@tool
class_name TilebakeNameGuess
extends RefCounted
## Propose a terrain for a tile that nobody has named: from what it is called, else from what it looks like.
##
## A proposal follows from the tile, its layer and its TileSet alone, so that it stays the same whatever is added
## beside it.

## The terrains that a picture alone may mean. Of the others each looks like one of these, and is seldom the ground.
const _SEEN: PackedStringArray = [
	"grass", "forest", "dirt", "snow", "water", "deep water", "sand", "stone", "lava", "ice", "cobblestone path", "brick",
	"wooden planks", "stone tiles",
]
const _ELSE: String = "grass"
## Custom data layers, beside [constant TilebakeTileNames.DATA_LAYER], that tend to say what a tile is.
const _DATA_LAYERS: PackedStringArray = [
	"biome", "class", "ground", "kind", "material", "name", "surface", "terrain", "terrain_type", "tile_class", "tile_type", "type",
]
## The share of its cell that a tile must cover to be ground; what covers less lies on the ground, and stays a tile.
const _COVER: float = 0.45
const _TALL: float = 2.0  # times the height of a cell: a tree or a house, on a square grid

var words: TilebakeKnownWords = TilebakeKnownWords.new()
var looks: TilebakeTileLooks = TilebakeTileLooks.new()


## Propose a terrain for the tile in a cell: a word, [constant TilebakeTileNames.LEAVE_OUT] for what stays a tile, or
## nothing for a tile that is not there.
func propose(layer: TileMapLayer, cell: Vector2i, data: TileData) -> String:
	var source: TileSetSource = _source_of(layer, cell)
	if source is TileSetScenesCollectionSource:
		return TilebakeTileNames.LEAVE_OUT
	if data == null:
		return ""
	var atlas: TileSetAtlasSource = source
	var tile: Vector2i = layer.get_cell_atlas_coords(cell)
	var look: TilebakeTileLook = looks.of(atlas, tile)
	if look != null and is_object(layer.tile_set, atlas.get_tile_texture_region(tile).size, look):
		return TilebakeTileNames.LEAVE_OUT
	var noun: String = _noun_named(_names_of(layer, data, atlas), false)
	if noun.is_empty() and look != null:
		return _noun_like(look)
	if noun.is_empty():
		noun = _noun_named([String(layer.name)], true)
	return _ELSE if noun.is_empty() else noun


## Whether a tile is a thing that stands on the ground.
static func is_object(tiles: TileSet, size: Vector2, look: TilebakeTileLook) -> bool:
	var is_square: bool = tiles.tile_shape == TileSet.TILE_SHAPE_SQUARE
	var cell: Vector2 = tiles.tile_size
	if is_square and size.y >= _TALL * cell.y:
		return true
	var covered: float = look.opaque * size.x * size.y / (cell.x * cell.y)
	return covered < _COVER * (0.5 if tiles.tile_shape == TileSet.TILE_SHAPE_ISOMETRIC else 1.0)


## Return what may name the tile, the most telling first.
func _names_of(layer: TileMapLayer, data: TileData, atlas: TileSetAtlasSource) -> Array[String]:
	var names: Array[String] = []
	var tiles: TileSet = layer.tile_set
	for index: int in tiles.get_custom_data_layers_count():
		if tiles.get_custom_data_layer_name(index).to_snake_case() in _DATA_LAYERS:
			names.append(str(data.get_custom_data_by_layer_id(index)))
	if data.terrain_set >= 0 and data.terrain >= 0:
		names.append(tiles.get_terrain_name(data.terrain_set, data.terrain))
	names.append(String(layer.name))
	if layer.get_parent() is TileMap:
		names.append(String(layer.get_parent().name))
	names.append(atlas.resource_name)
	names.append(atlas.texture.resource_path.get_file() if atlas.texture != null else "")
	return names


## Return the first noun that one of some names means; empty where none does.
func _noun_named(names: Array[String], weak: bool) -> String:
	for name: String in names:
		var noun: String = words.noun_in(TilebakeNameWords.split(name), weak)
		if not noun.is_empty():
			return noun
	return ""


## Return the word for the terrain that looks most like a tile.
func _noun_like(look: TilebakeTileLook) -> String:
	var best: String = _ELSE
	var least: float = INF
	for noun: String in _SEEN:
		var known: TilebakeTileLook = words.looks.get(noun)
		if known != null and look.distance_to(known) < least:
			least = look.distance_to(known)
			best = noun
	return best


static func _source_of(layer: TileMapLayer, cell: Vector2i) -> TileSetSource:
	var id: int = layer.get_cell_source_id(cell)
	return layer.tile_set.get_source(id) if layer.tile_set.has_source(id) else null
