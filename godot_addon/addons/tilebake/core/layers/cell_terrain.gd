@tool
class_name TilebakeCellTerrain
extends RefCounted
## Find the terrain of tiles of one TileSet: the tile's custom data, else the name of its terrain in the TileSet, else
## what the user has named for the tile. A tile with none of these is unmapped; nothing is guessed.

const DATA_LAYER: String = "tilebake_terrain"
## Stands in place of a terrain's name: paint the tile by the base prompt alone.
const LEAVE_OUT: String = "-"
const LONGEST_NAME: int = 200

var _tile_set: TileSet
var _has_data: bool
var _mapping: Dictionary[String, String]


func _init(tile_set: TileSet, mapping: Dictionary[String, String]) -> void:
	_tile_set = tile_set
	_has_data = tile_set.get_custom_data_layer_by_name(DATA_LAYER) != -1
	_mapping = mapping


## Find the terrain of the tile in a cell; empty if it is unmapped, LEAVE_OUT if it is to be left out.
func find(layer: TileMapLayer, cell: Vector2i) -> String:
	var data: TileData = layer.get_cell_tile_data(cell) if _is_there(layer, cell) else null
	var named: String = "" if data == null else _terrain_in(data)
	if not named.is_empty():
		return named
	var mapped: String = _mapping.get(key_of(layer, cell), "")
	return clean(mapped)


## Return the terrains that the tiles of a BakedTileMap have, sorted.
static func in_use(baked: BakedTileMap) -> PackedStringArray:
	var names: Dictionary[String, bool] = {}
	for layer: TileMapLayer in TilebakeLayerList.of(baked):
		var terrain: TilebakeCellTerrain = TilebakeCellTerrain.new(layer.tile_set, baked.tile_terrains)
		for cell: Vector2i in layer.get_used_cells():
			names[terrain.find(layer, cell)] = true
	var sorted: PackedStringArray = PackedStringArray(names.keys())
	sorted.sort()
	return PackedStringArray(Array(sorted).filter(func(name: String) -> bool: return name not in ["", LEAVE_OUT]))


## Return the key in BakedTileMap.tile_terrains of the tile in a cell: "source:x,y", or "source:scene:id".
static func key_of(layer: TileMapLayer, cell: Vector2i) -> String:
	var source: int = layer.get_cell_source_id(cell)
	var tile_set: TileSet = layer.tile_set
	if tile_set.has_source(source) and tile_set.get_source(source) is TileSetScenesCollectionSource:
		return "%d:scene:%d" % [source, layer.get_cell_alternative_tile(cell)]
	var atlas: Vector2i = layer.get_cell_atlas_coords(cell)
	return "%d:%d,%d" % [source, atlas.x, atlas.y]


## Clean a name: remove control characters, space around it and excess length.
static func clean(text: String) -> String:
	var kept: String = text.strip_edges()
	for index: int in kept.length():
		if kept.unicode_at(index) < 32:
			kept[index] = " "
	return kept.left(LONGEST_NAME)


## Whether the TileSet has the tile: it may have been removed there and still be in the cell.
func _is_there(layer: TileMapLayer, cell: Vector2i) -> bool:
	var id: int = layer.get_cell_source_id(cell)
	if not _tile_set.has_source(id):
		return false
	var source: TileSetAtlasSource = _tile_set.get_source(id) as TileSetAtlasSource
	return source != null and source.has_tile(layer.get_cell_atlas_coords(cell))


func _terrain_in(data: TileData) -> String:
	if _has_data:
		var custom: String = clean(str(data.get_custom_data(DATA_LAYER)))
		if not custom.is_empty():
			return custom
	if data.terrain_set < 0 or data.terrain < 0:
		return ""
	return clean(_tile_set.get_terrain_name(data.terrain_set, data.terrain))
