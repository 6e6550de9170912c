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
## What dark leaves look like. A picture alone means a forest by any of them.
const _WOODS: PackedStringArray = ["forest", "hedge", "jungle", "pine forest"]
## Those that floors and walls are made of.
const _BUILT: PackedStringArray = [
	"dirt", "snow", "sand", "stone", "ice", "cobblestone path", "brick", "wooden planks", "stone tiles", "lava", "grass",
]
## What lies on other ground, and is what a tile is known by even if it covers its upper edge alone.
const _COVERS: PackedStringArray = ["grass", "snow"]
const _ELSE: String = "grass"
const _ALIKE: float = 0.15  # of a distance between looks
## The lightness below which a tile is the dark of a void or a cave, which is left as it is.
const _DARK: float = 0.25
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
	for name: String in _names_of(layer, data):
		var noun: String = _noun_for(name, look, false)
		if not noun.is_empty():
			return noun
	if look != null and look.lightness() < _DARK:
		return TilebakeTileNames.LEAVE_OUT
	for name: String in _names_of_atlas(atlas):
		var noun: String = _noun_for(name, look, true)
		if not noun.is_empty():
			return noun
	return _noun_without(layer) if look == null else _noun_like(layer, look)


## Whether a tile is a thing that stands on the ground.
static func is_object(tiles: TileSet, size: Vector2, look: TilebakeTileLook) -> bool:
	var is_square: bool = tiles.tile_shape == TileSet.TILE_SHAPE_SQUARE
	var cell: Vector2 = tiles.tile_size
	if is_square and size.y >= _TALL * cell.y:
		return true
	var covered: float = look.opaque * size.x * size.y / (cell.x * cell.y)
	return covered < _COVER * (0.5 if tiles.tile_shape == TileSet.TILE_SHAPE_ISOMETRIC else 1.0)


## Return what may name the tile, the most telling first.
func _names_of(layer: TileMapLayer, data: TileData) -> Array[String]:
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
	return names


## Return the names of what the tile was cut from.
static func _names_of_atlas(atlas: TileSetAtlasSource) -> Array[String]:
	return [atlas.resource_name, atlas.texture.resource_path.get_file() if atlas.texture != null else ""]


## Return the noun that a name means; empty where it means none. That of a place, or of a [param vague] name such as a
## file's, counts only for tiles that look like it: the rest of a cave is no rock.
func _noun_for(name: String, look: TilebakeTileLook, vague: bool) -> String:
	var parts: PackedStringArray = TilebakeNameWords.split(name)
	var noun: String = words.noun_in(parts)
	if noun.is_empty() or look == null or not (vague or TilebakeKnownWords.has_place(parts)):
		return noun
	var named: TilebakeTileLook = words.looks[words.main_noun_of(noun)]
	return noun if look.distance_to(named) <= _least_distance(look) + _ALIKE else ""


## Return the noun for the terrain that looks most like a tile, among those that the layer's name allows.
func _noun_like(layer: TileMapLayer, look: TilebakeTileLook) -> String:
	if layer.tile_set.tile_shape == TileSet.TILE_SHAPE_SQUARE:
		for noun: String in _COVERS:
			var top: TilebakeTileLook = look.of_part(look.top)
			if top.distance_to(words.looks[noun]) < _ALIKE and _nearest(top, _SEEN) == noun:
				return noun
	var is_built: bool = TilebakeKnownWords.has_built(TilebakeNameWords.split(layer.name))
	var votes: Dictionary[String, int] = {}
	for quarter: Color in look.quarters:
		var noun: String = _nearest(look.of_part(quarter), _BUILT if is_built else _SEEN)
		votes[noun] = votes.get(noun, 0) + 1
	var most: int = votes.values().max()
	var first: Array = votes.keys().filter(func(noun: String) -> bool: return votes[noun] == most)
	return _nearest(look, PackedStringArray(first))


func _nearest(look: TilebakeTileLook, nouns: PackedStringArray) -> String:
	var best: String = ""
	var least: float = INF
	for noun: String in nouns:
		var distance: float = _distance(look, noun)
		if distance < least:
			least = distance
			best = noun
	return best


func _distance(look: TilebakeTileLook, noun: String) -> float:
	var least: float = INF
	for each: String in _WOODS if noun == _WOODS[0] else PackedStringArray([noun]):
		least = minf(least, look.distance_to(words.looks[each]))
	return least


func _least_distance(look: TilebakeTileLook) -> float:
	return words.looks.values().map(look.distance_to).min()


## Return the noun for a tile that has no picture.
func _noun_without(layer: TileMapLayer) -> String:
	var noun: String = words.noun_in(TilebakeNameWords.split(layer.name), true)
	return _ELSE if noun.is_empty() else words.main_noun_of(noun)


static func _source_of(layer: TileMapLayer, cell: Vector2i) -> TileSetSource:
	var id: int = layer.get_cell_source_id(cell)
	return layer.tile_set.get_source(id) if layer.tile_set.has_source(id) else null
