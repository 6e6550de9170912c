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
## The terrains that the cells have.
var terrains: Dictionary[String, bool] = {}
var diagnostics: Array[TilebakeDiagnostic] = []

var _layer: TileMapLayer
var _grid: TilebakeLayerGrid
var _fit: TilebakeLayerFit
var _terrain: TilebakeCellTerrain
## Tiles without a terrain: how often each is in the layer, and where first.
var _unmapped_counts: Dictionary[String, int] = {}
var _unmapped_cells: Dictionary[String, Vector2i] = {}


## Read a layer. One that does not lie on the grid gives no cells, and a diagnostic.
func _init(layer: TileMapLayer, grid: TilebakeLayerGrid, mapping: Dictionary[String, String]) -> void:
	_layer = layer
	_grid = grid
	_fit = TilebakeLayerFit.new(grid, layer)
	_terrain = TilebakeCellTerrain.new(layer.tile_set, mapping)
	var misfit: TilebakeDiagnostic = _fit.check()
	if misfit != null:
		diagnostics.append(misfit)
		return
	_read()
	_report_unmapped()


func _read() -> void:
	var alike: bool = _fit.is_alike()
	var names: Dictionary[Vector4i, String] = {}
	for key: int in _sort_cells(alike):
		var cell: Vector2i = Vector2i((key & 0xffffffff) - _BIAS, (key >> 32) - _BIAS)
		var own: Vector2i = cell if alike else _fit.own_cell(cell)
		var atlas: Vector2i = _layer.get_cell_atlas_coords(own)
		var tile: Vector4i = Vector4i(
			_layer.get_cell_source_id(own), atlas.x, atlas.y, _layer.get_cell_alternative_tile(own)
		)
		if not names.has(tile):
			names[tile] = _terrain.find(_layer, own)
		_add_cell(cell, own, names[tile])


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
		_count_unmapped(own)
	elif terrain != TilebakeCellTerrain.LEAVE_OUT:
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


func _count_unmapped(own: Vector2i) -> void:
	var key: String = TilebakeCellTerrain.key_of(_layer, own)
	if not _unmapped_counts.has(key):
		_unmapped_cells[key] = own
	_unmapped_counts[key] = _unmapped_counts.get(key, 0) + 1


func _report_unmapped() -> void:
	for key: String in _unmapped_counts:
		var count: int = _unmapped_counts[key]
		var what: String = "the tile %s has no terrain; %s left to the base prompt" % [
			key, "its cell is" if count == 1 else "its %d cells are" % count
		]
		var hint: String = "Name a terrain for \"%s\" in tile_terrains, or \"%s\" to leave it out" % [
			key, TilebakeCellTerrain.LEAVE_OUT
		]
		diagnostics.append(TilebakeDiagnostic.warning(what, hint).at(_layer).at_cell(_unmapped_cells[key]))
