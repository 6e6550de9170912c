@tool
class_name TilebakeTileKind
extends RefCounted
## Describe one kind of tile that a layer uses: where it is, how often, and its terrain.

const _HEADER: int = 2  # bytes
const _NUMBERS: int = 3  # of 32 bits a cell: y and x; atlas x and source; alternative and atlas y
const _WHOLE: int = 0xffffffff
const _HALF: int = 0xffff

var layer: TileMapLayer
## One of its cells.
var cell: Vector2i
var count: int
## What names it in its TileSet.
var tile: String
## The key in BakedTileMap.tile_terrains; empty until [method list] has named it.
var key: String = ""
var terrain: String = ""
var origin: TilebakeTileNames.Origin = TilebakeTileNames.Origin.NOBODY


## List the kinds of tiles in layers, in the layers' order and then by cell.
static func find(layers: Array[TileMapLayer]) -> Array[TilebakeTileKind]:
	var found: Array[TilebakeTileKind] = []
	for each: TileMapLayer in layers:
		found.append_array(_find_in(each))
	return found


## List the kinds of tiles in layers with their terrains, those with the most cells first in each layer. Kinds that differ
## in the alternative alone have one key, and are one.
static func list(layers: Array[TileMapLayer], names: TilebakeTileNames) -> Array[TilebakeTileKind]:
	var found: Array[TilebakeTileKind] = []
	for each: TileMapLayer in layers:
		var kinds: Array[TilebakeTileKind] = _find_in(each)
		_merge_alike(kinds, names)
		kinds.sort_custom(func(a: TilebakeTileKind, b: TilebakeTileKind) -> bool:
			return a.tile < b.tile if a.count == b.count else a.count > b.count)
		found.append_array(kinds)
	return found


## Return what the tile comes from; null where its TileSet no longer has that.
func source() -> TileSetSource:
	var id: int = layer.get_cell_source_id(cell)
	return layer.tile_set.get_source(id) if layer.tile_set.has_source(id) else null


## Return the picture of the tile; null where it has none.
func picture() -> Texture2D:
	var atlas: TileSetAtlasSource = source() as TileSetAtlasSource
	if atlas == null or not atlas.has_tile(layer.get_cell_atlas_coords(cell)):
		return null
	var part: AtlasTexture = AtlasTexture.new()
	part.atlas = atlas.texture
	part.region = atlas.get_tile_texture_region(layer.get_cell_atlas_coords(cell))
	return part


## Name kinds, and merge those that have key and terrain in common.
static func _merge_alike(kinds: Array[TilebakeTileKind], names: TilebakeTileNames) -> void:
	var merged: Dictionary[String, TilebakeTileKind] = {}
	for kind: TilebakeTileKind in kinds:
		kind.key = names.key_of(kind.layer, kind.cell)
		kind.terrain = names.find(kind.layer, kind.cell)
		kind.origin = names.origin_of(kind.layer, kind.cell)
		var same: TilebakeTileKind = merged.get_or_add(kind.key + "=" + kind.terrain, kind)
		if same != kind:
			same.count += kind.count
	kinds.assign(merged.values())


## Count the tiles of a layer by the bytes that its scene saves: twelve a cell, after two of version. That is some times
## faster than to ask for each cell.
static func _find_in(each: TileMapLayer) -> Array[TilebakeTileKind]:
	var numbers: PackedInt32Array = each.tile_map_data.slice(_HEADER).to_int32_array()
	var counts: Dictionary[int, int] = {}
	var firsts: Dictionary[int, int] = {}
	for index: int in range(0, numbers.size(), _NUMBERS):
		var id: int = ((numbers[index + 1] & _WHOLE) << 16) | (numbers[index + 2] & _HALF)
		if counts.has(id):
			counts[id] += 1
		else:
			counts[id] = 1
			firsts[id] = numbers[index]
	var found: Array[TilebakeTileKind] = []
	for id: int in counts:
		var kind: TilebakeTileKind = TilebakeTileKind.new()
		kind.layer = each
		kind.cell = Vector2i(_signed(firsts[id]), _signed(firsts[id] >> 16))
		kind.count = counts[id]
		kind.tile = TilebakeTileKey.tile_of(each, kind.cell)
		found.append(kind)
	return found


## Return the signed number in the lower 16 bits.
static func _signed(bits: int) -> int:
	var low: int = bits & _HALF
	return low - 0x10000 if low >= 0x8000 else low
