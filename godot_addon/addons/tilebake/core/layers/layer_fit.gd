@tool
class_name TilebakeLayerFit
extends RefCounted
## Map the cells of a layer to the grid of its map.
##
## The layer may be moved, scaled, mirrored or turned against the layer that has the grid, as long as its cells lie on
## cells of the grid.

## Map pixels by which a layer may lie beside the grid: half of what the backend accepts.
const _FIT: float = 0.25
## Map pixels by which the size of its tiles may differ.
const _SAME: float = 0.01
const _STRAIGHT: float = 1e-4
const _OWN: String = "give it a BakedTileMap of its own"

var _grid: TileMapLayer
var _layer: TileMapLayer
## From the layer's space to map pixels.
var _place: Transform2D


func _init(grid: TilebakeLayerGrid, layer: TileMapLayer) -> void:
	_grid = grid.layer
	_layer = layer
	_place = TilebakeLayerSearch.to_root(_grid).affine_inverse() * TilebakeLayerSearch.to_root(layer)


## Whether the layer numbers its cells as the grid does.
func is_alike() -> bool:
	return (
		(_is_square() or _layer.tile_set.tile_layout == _grid.tile_set.tile_layout)
		and (_place.x - Vector2.RIGHT).length() <= _STRAIGHT
		and (_place.y - Vector2.DOWN).length() <= _STRAIGHT
		and _place.origin.length() <= _FIT
	)


## Return the grid's cell at a cell of the layer.
func cell_of(own: Vector2i) -> Vector2i:
	return _grid.local_to_map(_place * _layer.map_to_local(own))


## Return the layer's cell at a cell of the grid: the inverse of [method cell_of].
func own_cell(cell: Vector2i) -> Vector2i:
	return _layer.local_to_map(_place.affine_inverse() * _grid.map_to_local(cell))


## Return the size of the layer's tiles in map pixels.
func tile_size() -> Vector2:
	var size: Vector2 = _layer.tile_set.tile_size
	return (_place.x * size.x).abs() + (_place.y * size.y).abs()


## Whether its tiles have another shape or size than those of the grid ([TilebakeOtherGrids]).
func has_other_grid() -> bool:
	var ours: TileSet = _grid.tile_set
	var theirs: TileSet = _layer.tile_set
	if theirs.tile_shape != ours.tile_shape or (not _is_square() and theirs.tile_offset_axis != ours.tile_offset_axis):
		return true
	return not _is_turned() and tile_size().distance_to(ours.tile_size) > _SAME


## Whether its cells are in the map.
func is_in_map() -> bool:
	return not has_other_grid() and check() == null


## Return why the layer cannot be part of the map though its grid is the same; null if it can.
func check() -> TilebakeDiagnostic:
	if _is_turned():
		return _leave_out("it is turned or skewed against %s", "turn it as that layer is, or " + _OWN)
	var beside: Vector2 = _measure_offset()
	if beside.length() > _FIT:
		return _leave_out("it lies %s map pixels beside the grid of %%s" % beside, "move it onto the grid, or " + _OWN)
	return null


func _leave_out(why: String, hint: String) -> TilebakeDiagnostic:
	var what: String = "the layer is left out: %s, whose grid the map has" % (why % _grid.name)
	return TilebakeDiagnostic.warning(what, hint[0].to_upper() + hint.substr(1)).at(_layer).about_cells(_layer.get_used_cells().size())


## Whether its cells are rotated or skewed on the grid. On a square grid a quarter turn does not count.
func _is_turned() -> bool:
	var x: Vector2 = _place.x.normalized().abs()
	var y: Vector2 = _place.y.normalized().abs()
	var is_upright: bool = x.y <= _STRAIGHT and y.x <= _STRAIGHT
	var is_on_its_side: bool = x.x <= _STRAIGHT and y.y <= _STRAIGHT
	return not (is_upright or (is_on_its_side and _is_square()))


## Measure how far its cells lie beside those of the grid. Cells are a lattice, so one and two neighbours suffice.
func _measure_offset() -> Vector2:
	var first: Vector2i = _layer.get_used_cells()[0]
	for own: Vector2i in [first, first + Vector2i.RIGHT, first + Vector2i.DOWN]:
		var here: Vector2 = _place * _layer.map_to_local(own)
		var beside: Vector2 = here - _grid.map_to_local(_grid.local_to_map(here))
		if beside.length() > _FIT:
			return beside
	return Vector2.ZERO


func _is_square() -> bool:
	return _grid.tile_set.tile_shape == TileSet.TILE_SHAPE_SQUARE
