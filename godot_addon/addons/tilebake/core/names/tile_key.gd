@tool
class_name TilebakeTileKey
extends RefCounted
## Name tiles in BakedTileMap.tile_terrains: "TILESET|SOURCE:X,Y", or "TILESET|SOURCE:scene:ID" for a scene tile.
##
## Two TileSets may number their tiles alike, so a key names the TileSet too. Keys of before did not; they are read
## still ([TilebakeTileNames]).

const _BETWEEN: String = "|"
const _INSIDE: String = "::"  # between a scene's path and the id of a resource in it


## Return the key of the tile in a cell. [param tile_set] is the id of the layer's TileSet.
static func of(layer: TileMapLayer, cell: Vector2i, tile_set: String) -> String:
	return tile_set + _BETWEEN + tile_of(layer, cell)


## Return the part of a key that names the tile in its TileSet.
static func tile_of(layer: TileMapLayer, cell: Vector2i) -> String:
	var source: int = layer.get_cell_source_id(cell)
	var tiles: TileSet = layer.tile_set
	if tiles.has_source(source) and tiles.get_source(source) is TileSetScenesCollectionSource:
		return "%d:scene:%d" % [source, layer.get_cell_alternative_tile(cell)]
	var atlas: Vector2i = layer.get_cell_atlas_coords(cell)
	return "%d:%d,%d" % [source, atlas.x, atlas.y]


## Return the TileSet that a key names; empty where it names none.
static func tile_set_in(key: String) -> String:
	return key.get_slice(_BETWEEN, 0) if _BETWEEN in key else ""


## Return the part of a key that names the tile.
static func tile_in(key: String) -> String:
	return key.get_slice(_BETWEEN, key.count(_BETWEEN))


## Return the ids of the TileSets of some layers. A file's id is its uid, which it keeps when it is moved, or its path. A
## TileSet inside of the painting's own scene goes by its id there, which a renamed or copied scene keeps too; one that
## was never saved by its place among the layers.
static func ids_of(layers: Array[TileMapLayer], scene: String) -> Dictionary[TileSet, String]:
	var ids: Dictionary[TileSet, String] = {}
	for layer: TileMapLayer in layers:
		if not ids.has(layer.tile_set):
			ids[layer.tile_set] = _id_of(layer.tile_set, scene, ids.size())
	return ids


static func _id_of(tiles: TileSet, scene: String, place: int) -> String:
	var path: String = tiles.resource_path
	if path.is_empty():
		return "#%d" % place
	if _INSIDE in path:
		return path.trim_prefix(scene) if path.begins_with(scene + _INSIDE) else path
	var uid: int = ResourceLoader.get_resource_uid(path)
	return path if uid == ResourceUID.INVALID_ID else ResourceUID.id_to_text(uid)
