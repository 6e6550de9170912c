@tool
class_name TilebakeTileNames
extends RefCounted
## Find the terrain of each tile of a BakedTileMap: what the user has named at the node, else the name in the TileSet
## (custom data, then Godot's terrain), else what is proposed for it.

## Where a name comes from.
enum Origin { NOBODY, PROPOSED, TILE_SET, USER }

const DATA_LAYER: String = "tilebake_terrain"
## Stands in place of a terrain's name: the tile is not painted.
const LEAVE_OUT: String = "-"
const LONGEST_NAME: int = 200

var _guess: TilebakeNameGuess
var _ids: Dictionary[TileSet, String]
var _words: Dictionary[String, String]
## Words whose key names no TileSet of the layers, as keys of before or of a TileSet that was replaced: by the tile,
## and the one TileSet that they count for.
var _stray: Dictionary[String, String] = {}
var _stray_sets: Dictionary[String, TileSet] = {}


func _init(baked: BakedTileMap, layers: Array[TileMapLayer], guess: TilebakeNameGuess) -> void:
	_guess = guess
	_words = baked.tile_terrains
	var root: Node = baked.owner if baked.owner != null else baked
	_ids = TilebakeTileKey.ids_of(layers, root.scene_file_path)
	_collect_stray(layers)


## Find the terrain of the tile in a cell: LEAVE_OUT if it is not to be painted, empty if the tile is not there.
func find(layer: TileMapLayer, cell: Vector2i) -> String:
	var named: String = _user_word(layer, cell)
	if named.is_empty():
		named = _own_name(layer, cell)
	return _guess.propose(layer, cell, _data_of(layer, cell)) if named.is_empty() else named


## Find where the name of the tile in a cell comes from.
func origin_of(layer: TileMapLayer, cell: Vector2i) -> TilebakeTileNames.Origin:
	if not _user_word(layer, cell).is_empty():
		return TilebakeTileNames.Origin.USER
	if not _own_name(layer, cell).is_empty():
		return TilebakeTileNames.Origin.TILE_SET
	return TilebakeTileNames.Origin.NOBODY if find(layer, cell).is_empty() else TilebakeTileNames.Origin.PROPOSED


## Return the key of the tile in a cell.
func key_of(layer: TileMapLayer, cell: Vector2i) -> String:
	return TilebakeTileKey.of(layer, cell, _ids[layer.tile_set])


## Return the terrains that the tiles of a BakedTileMap have, sorted.
static func in_use(baked: BakedTileMap, guess: TilebakeNameGuess) -> PackedStringArray:
	var layers: Array[TileMapLayer] = TilebakeLayerList.of(baked)
	var names: TilebakeTileNames = TilebakeTileNames.new(baked, layers, guess)
	var found: Dictionary[String, bool] = {}
	for kind: TilebakeTileKind in TilebakeTileKind.list(layers, names):
		found[kind.terrain] = true
	var _was_there: bool = found.erase("") or found.erase(LEAVE_OUT)
	var sorted: PackedStringArray = PackedStringArray(found.keys())
	sorted.sort()
	return sorted


## Return what the user has chosen at a node about its tiles; terrains are to be listed anew when it changes.
static func words_of(baked: BakedTileMap) -> Array:
	return [baked.tile_terrains, baked.layers, baked.hidden_layers].duplicate(true)


## Clean a name: remove control characters, space around it and excess length.
static func clean(text: String) -> String:
	var kept: String = text.strip_edges()
	for index: int in kept.length():
		if kept.unicode_at(index) < 32:
			kept[index] = " "
	return kept.left(LONGEST_NAME)


func _user_word(layer: TileMapLayer, cell: Vector2i) -> String:
	if _words.is_empty():
		return ""
	var word: String = _words.get(key_of(layer, cell), "")
	if word.is_empty() and not _stray.is_empty():
		var tile: String = TilebakeTileKey.tile_of(layer, cell)
		if _stray_sets.get(tile) == layer.tile_set:
			return clean(_stray[tile])
	return clean(word)


func _own_name(layer: TileMapLayer, cell: Vector2i) -> String:
	var data: TileData = _data_of(layer, cell)
	if data == null:
		return ""
	var tiles: TileSet = layer.tile_set
	if tiles.get_custom_data_layer_by_name(DATA_LAYER) != -1:
		var custom: String = clean(str(data.get_custom_data(DATA_LAYER)))
		if not custom.is_empty():
			return custom
	if data.terrain_set < 0 or data.terrain < 0:
		return ""
	var name: String = clean(tiles.get_terrain_name(data.terrain_set, data.terrain))
	return "" if TilebakeNameWords.is_default(name) else name


## Return the data of the tile in a cell; null where the TileSet no longer has it, and for scene tiles.
static func _data_of(layer: TileMapLayer, cell: Vector2i) -> TileData:
	var id: int = layer.get_cell_source_id(cell)
	if not layer.tile_set.has_source(id):
		return null
	var source: TileSetAtlasSource = layer.tile_set.get_source(id) as TileSetAtlasSource
	if source == null or not source.has_tile(layer.get_cell_atlas_coords(cell)):
		return null
	return layer.get_cell_tile_data(cell)


## Collect the words whose key names no TileSet here. Each counts for the first TileSet in which such a tile is used and
## has no name, else for the first that uses one.
func _collect_stray(layers: Array[TileMapLayer]) -> void:
	for key: String in _words:
		if TilebakeTileKey.tile_set_in(key) not in _ids.values():
			_stray[TilebakeTileKey.tile_in(key)] = _words[key]
	if _stray.is_empty():
		return
	var named: Dictionary[String, TileSet] = {}
	for kind: TilebakeTileKind in TilebakeTileKind.find(layers):
		if not _stray.has(kind.tile):
			continue
		if _own_name(kind.layer, kind.cell).is_empty():
			var _first: TileSet = _stray_sets.get_or_add(kind.tile, kind.layer.tile_set)
		else:
			var _other: TileSet = named.get_or_add(kind.tile, kind.layer.tile_set)
	_stray_sets.merge(named)
