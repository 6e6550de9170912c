extends SceneTree
## Paint random blobs by the terrains of a TileSet, and count what does not fit.
##
## Arguments: the TileSet, and how many blobs. Prints "TILES" with the set's number of tiles, and "BLOBS" with the
## cells that were looked at, those without a tile, those of another terrain than was painted, and the corners at which
## two tiles have different terrains.

const SIDE: int = 10
const MIDDLE: Vector2i = Vector2i(4, 4)
const STEPS: int = 12
const ACROSS: Dictionary[int, int] = {
	TileSet.CELL_NEIGHBOR_TOP_RIGHT_CORNER: TileSet.CELL_NEIGHBOR_TOP_LEFT_CORNER,
	TileSet.CELL_NEIGHBOR_BOTTOM_RIGHT_CORNER: TileSet.CELL_NEIGHBOR_BOTTOM_LEFT_CORNER,
}
const BELOW: Dictionary[int, int] = {
	TileSet.CELL_NEIGHBOR_BOTTOM_LEFT_CORNER: TileSet.CELL_NEIGHBOR_TOP_LEFT_CORNER,
	TileSet.CELL_NEIGHBOR_BOTTOM_RIGHT_CORNER: TileSet.CELL_NEIGHBOR_TOP_RIGHT_CORNER,
}

var _cells: int = 0
var _holes: int = 0
var _others: int = 0
var _misfits: int = 0


func _init() -> void:
	var arguments: PackedStringArray = OS.get_cmdline_user_args()
	var tile_set: TileSet = load(arguments[0])
	var source: TileSetAtlasSource = tile_set.get_source(tile_set.get_source_id(0))
	print("TILES ", source.get_tiles_count())
	var ground: PackedByteArray = _paint_ground(tile_set)
	for number: int in int(arguments[1]):
		_paint_blob(tile_set, ground, number)
	print("BLOBS ", JSON.stringify([_cells, _holes, _others, _misfits]))
	quit(0)


## Return a layer's cells of the first terrain, painted where there was nothing.
func _paint_ground(tile_set: TileSet) -> PackedByteArray:
	var layer: TileMapLayer = TileMapLayer.new()
	layer.tile_set = tile_set
	layer.set_cells_terrain_connect(_all_cells(), 0, 0)
	var ground: PackedByteArray = layer.tile_map_data
	layer.free()
	return ground


func _all_cells() -> Array[Vector2i]:
	var cells: Array[Vector2i] = []
	for y: int in SIDE:
		for x: int in SIDE:
			cells.append(Vector2i(x, y))
	return cells


func _paint_blob(tile_set: TileSet, ground: PackedByteArray, number: int) -> void:
	var layer: TileMapLayer = TileMapLayer.new()
	layer.tile_set = tile_set
	layer.tile_map_data = ground
	var terrain: int = 1 + number % (tile_set.get_terrains_count(0) - 1)
	var blob: Array[Vector2i] = _walk(number)
	layer.set_cells_terrain_connect(blob, 0, terrain)
	for cell: Vector2i in _all_cells():
		_check(layer, cell, terrain if cell in blob else 0)
	layer.free()


## Return the cells of a random walk, two by two, so that no cell of it stands alone.
func _walk(number: int) -> Array[Vector2i]:
	var dice: RandomNumberGenerator = RandomNumberGenerator.new()
	dice.seed = number
	var at: Vector2i = MIDDLE
	var cells: Array[Vector2i] = []
	for step: int in STEPS:
		for offset: Vector2i in [Vector2i.ZERO, Vector2i.RIGHT, Vector2i.DOWN, Vector2i.ONE]:
			if at + offset not in cells:
				cells.append(at + offset)
		var steps: Array[Vector2i] = [Vector2i.LEFT, Vector2i.RIGHT, Vector2i.UP, Vector2i.DOWN]
		at = (at + steps[dice.randi_range(0, 3)]).clamp(Vector2i(2, 2), Vector2i(SIDE - 4, SIDE - 4))
	return cells


func _check(layer: TileMapLayer, cell: Vector2i, terrain: int) -> void:
	_cells += 1
	var data: TileData = layer.get_cell_tile_data(cell)
	if data == null:
		_holes += 1
		return
	if data.terrain != terrain:
		_others += 1
	_misfits += _count_misfits(data, layer.get_cell_tile_data(cell + Vector2i.RIGHT), ACROSS)
	_misfits += _count_misfits(data, layer.get_cell_tile_data(cell + Vector2i.DOWN), BELOW)


func _count_misfits(data: TileData, next: TileData, corners: Dictionary[int, int]) -> int:
	if next == null:
		return 0
	var count: int = 0
	for mine: int in corners:
		if data.get_terrain_peering_bit(mine) != next.get_terrain_peering_bit(corners[mine]):
			count += 1
	return count
