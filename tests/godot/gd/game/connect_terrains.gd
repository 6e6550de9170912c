extends SceneTree
## Paint random blobs by the terrains of TileSets, and count what does not fit.
##
## Arguments: each TileSet, and how many blobs. Prints for each "TILES" with the set's number of tiles, and "BLOBS" with
## the cells that were looked at, those without a tile, those of another terrain than was painted, and the corners at
## which two tiles have different terrains. In a set of the form blob the sides and corners at which a tile goes on, and
## its neighbours are others, or the other way round.

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

const AROUND: Array[TileSet.CellNeighbor] = [
	TileSet.CELL_NEIGHBOR_TOP_SIDE,
	TileSet.CELL_NEIGHBOR_TOP_RIGHT_CORNER,
	TileSet.CELL_NEIGHBOR_RIGHT_SIDE,
	TileSet.CELL_NEIGHBOR_BOTTOM_RIGHT_CORNER,
	TileSet.CELL_NEIGHBOR_BOTTOM_SIDE,
	TileSet.CELL_NEIGHBOR_BOTTOM_LEFT_CORNER,
	TileSet.CELL_NEIGHBOR_LEFT_SIDE,
	TileSet.CELL_NEIGHBOR_TOP_LEFT_CORNER,
]
const STEPS_AROUND: Array[Vector2i] = [
	Vector2i(0, -1), Vector2i(1, -1), Vector2i(1, 0), Vector2i(1, 1),
	Vector2i(0, 1), Vector2i(-1, 1), Vector2i(-1, 0), Vector2i(-1, -1),
]

var _cells: int = 0
var _holes: int = 0
var _others: int = 0
var _misfits: int = 0


func _init() -> void:
	var arguments: PackedStringArray = OS.get_cmdline_user_args()
	for index: int in range(0, arguments.size(), 2):
		_paint_blobs(load(arguments[index]) as TileSet, int(arguments[index + 1]))
	quit(0)


func _paint_blobs(tile_set: TileSet, count: int) -> void:
	_cells = 0
	_holes = 0
	_others = 0
	_misfits = 0
	var source: TileSetAtlasSource = tile_set.get_source(tile_set.get_source_id(0))
	print("TILES ", source.get_tiles_count())
	var has_sides: bool = tile_set.get_terrain_set_mode(0) == TileSet.TERRAIN_MODE_MATCH_CORNERS_AND_SIDES
	var ground: PackedByteArray = _paint_ground(tile_set, 1 if has_sides else 0)
	for number: int in count:
		if has_sides:
			_paint_free_blob(tile_set, ground if number % 2 == 0 else PackedByteArray(), number)
		else:
			_paint_blob(tile_set, ground, number)
	print("BLOBS ", JSON.stringify([_cells, _holes, _others, _misfits]))


## Return a layer's cells of one terrain, painted where there was nothing.
func _paint_ground(tile_set: TileSet, terrain: int) -> PackedByteArray:
	var layer: TileMapLayer = TileMapLayer.new()
	layer.tile_set = tile_set
	layer.set_cells_terrain_connect(_all_cells(), 0, terrain)
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


## Paint any cells of a level, as far as its border, in two strokes; then ground over some, and look at all of them.
func _paint_free_blob(tile_set: TileSet, ground: PackedByteArray, number: int) -> void:
	var dice: RandomNumberGenerator = RandomNumberGenerator.new()
	dice.seed = number
	var layer: TileMapLayer = TileMapLayer.new()
	layer.tile_set = tile_set
	layer.tile_map_data = ground
	var blob: Dictionary[Vector2i, bool] = {}
	for stroke: int in 2:
		var cells: Array[Vector2i] = _all_cells().filter(func(_cell: Vector2i) -> bool: return dice.randf() < 0.4)
		layer.set_cells_terrain_connect(cells, 0, 0)
		for cell: Vector2i in cells:
			blob[cell] = true
	if not ground.is_empty():
		var dug: Array[Vector2i] = _all_cells().filter(func(_cell: Vector2i) -> bool: return dice.randf() < 0.1)
		layer.set_cells_terrain_connect(dug, 0, 1)
		for cell: Vector2i in dug:
			var _was_there: bool = blob.erase(cell)
	for cell: Vector2i in _all_cells() if not ground.is_empty() else blob.keys():
		_check_free(layer, cell, blob)
	layer.free()


func _check_free(layer: TileMapLayer, cell: Vector2i, blob: Dictionary[Vector2i, bool]) -> void:
	_cells += 1
	var data: TileData = layer.get_cell_tile_data(cell)
	if data == null:
		_holes += 1
	elif data.terrain != (0 if cell in blob else 1):
		_others += 1
	elif cell in blob:
		for place: int in AROUND.size():
			var goes_on: bool = cell + STEPS_AROUND[place] in blob
			if place % 2 == 1:  # a corner, between two sides
				goes_on = goes_on and cell + STEPS_AROUND[place - 1] in blob and cell + STEPS_AROUND[(place + 1) % 8] in blob
			if goes_on != (data.get_terrain_peering_bit(AROUND[place]) == 0):
				_misfits += 1


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
