@tool
class_name TilebakeLayerCells
extends RefCounted
## Read the cells of one layer for the map file, sorted by row and column: [x, y, terrain, centre x, centre y].

## Added to a coordinate, this is above 0 whatever the coordinate.
const _BIAS: int = 1 << 24
const _PRECISION: float = 0.001

var cells: Array[Array] = []
## The smallest and the largest coordinates of the cells' centres.
var low: Vector2 = Vector2.INF
var high: Vector2 = -Vector2.INF
## The kinds of the layer's tiles that are not among the cells, as BakedTileMap.painted has them.
var unpainted: PackedInt32Array = []
## The terrains that the cells have.
var terrains: Dictionary[String, bool] = {}
var diagnostics: Array[TilebakeDiagnostic] = []

var _layer: TileMapLayer
var _grid: TilebakeLayerGrid
var _fit: TilebakeLayerFit
var _names: TilebakeTileNames
## Tiles that their TileSet no longer has: how often each is in the layer, and where first.
var _missing_counts: Dictionary[String, int] = {}
var _missing_cells: Dictionary[String, Vector2i] = {}


## Read a layer. One that does not lie on the grid gives no cells, and a diagnostic; one of another grid gives no cells.
func _init(layer: TileMapLayer, grid: TilebakeLayerGrid, names: TilebakeTileNames) -> void:
	_layer = layer
	_grid = grid
	_fit = TilebakeLayerFit.new(grid, layer)
	_names = names
	if _fit.has_other_grid():
		return
	var misfit: TilebakeDiagnostic = _fit.check()
	if misfit != null:
		diagnostics.append(misfit)
		return
	_read()
	_report_missing()


func _read() -> void:
	var alike: bool = _fit.is_alike()
	var known: Dictionary[Vector4i, String] = {}
	for key: int in _sort_cells(alike):
		var cell: Vector2i = Vector2i((key & 0xffffffff) - _BIAS, (key >> 32) - _BIAS)
		var own: Vector2i = cell if alike else _fit.own_cell(cell)
		var atlas: Vector2i = _layer.get_cell_atlas_coords(own)
		var tile: Vector4i = Vector4i(
			_layer.get_cell_source_id(own), atlas.x, atlas.y, _layer.get_cell_alternative_tile(own)
		)
		if not known.has(tile):
			known[tile] = _names.find(_layer, own)
			if known[tile] in ["", TilebakeTileNames.LEAVE_OUT]:
				unpainted.append_array([tile.x, tile.y, tile.z, tile.w])
		_add_cell(cell, own, known[tile])


## Return the cells as numbers that sort by row and then column. The engine returns cells in no order, and sorts
## numbers far faster than it sorts with a function in GDScript.
func _sort_cells(alike: bool) -> PackedInt64Array:
	var used: Array[Vector2i] = _layer.get_used_cells()
	var keys: PackedInt64Array = []
	var _size: int = keys.resize(used.size())
	for index: int in used.size():
		var cell: Vector2i = used[index] if alike else _fit.cell_of(used[index])
		keys[index] = ((cell.y + _BIAS) << 32) | (cell.x + _BIAS)
	keys.sort()
	return keys


func _add_cell(cell: Vector2i, own: Vector2i, terrain: String) -> void:
	if terrain.is_empty():
		_count_missing(own)
	elif terrain != TilebakeTileNames.LEAVE_OUT:
		var centre: Vector2 = _grid.centre(cell)
		var whole: Vector2 = centre.round()
		low = low.min(centre)
		high = high.max(centre)
		terrains[terrain] = true
		# Without the noise of 32-bit floats, and as integers where they are whole, as most are.
		if centre.distance_squared_to(whole) < _PRECISION * _PRECISION:
			cells.append([cell.x, cell.y, terrain, int(whole.x), int(whole.y)])
		else:
			cells.append([cell.x, cell.y, terrain, snappedf(centre.x, _PRECISION), snappedf(centre.y, _PRECISION)])


func _count_missing(own: Vector2i) -> void:
	var tile: String = TilebakeTileKey.tile_of(_layer, own)
	if not _missing_counts.has(tile):
		_missing_cells[tile] = own
	_missing_counts[tile] = _missing_counts.get(tile, 0) + 1


func _report_missing() -> void:
	for tile: String in _missing_counts:
		var count: int = _missing_counts[tile]
		var what: String = "its TileSet no longer has the tile %s; %s not painted" % [
			tile, "its cell is" if count == 1 else "its %d cells are" % count
		]
		var hint: String = "Erase %s, or paint another tile there" % ("it" if count == 1 else "them")
		diagnostics.append(TilebakeDiagnostic.warning(what, hint).at(_layer).at_cell(_missing_cells[tile]).about_cells(count))
