@tool
class_name TilebakeMapBox
extends RefCounted
## Measure the rectangle around a map's tiles in map pixels, which its picture covers: the backend's bounds.
##
## Reads any map file, also one that a person wrote. What is not a tile is skipped here: the backend reports it.

var _map: Dictionary
var _grid: TileMapLayer
var _low: Vector2 = Vector2.INF
var _high: Vector2 = -Vector2.INF


## Measure the box of a map; it has no area if the map has neither a tile nor a size.
static func measure(map: Dictionary) -> Rect2:
	var box: TilebakeMapBox = TilebakeMapBox.new(map)
	return box._measure_map()


func _init(map: Dictionary) -> void:
	_map = map


func _measure_map() -> Rect2:
	_grid = _make_grid()
	var blocks: Array = _list(_map, "layers") if _map.has("layers") else [_map]
	for block: Variant in blocks:
		_add_block(block, false)
	# A map without tiles has the size of its rows.
	if _is_empty():
		for block: Variant in blocks:
			_add_block(block, true)
	var tile_size: Vector2 = Vector2(_grid.tile_set.tile_size)
	_grid.free()
	return Rect2() if _is_empty() else Rect2(_low - tile_size / 2.0, _high - _low + tile_size)


func _is_empty() -> bool:
	return _low.x > _high.x


## Make a layer that computes the centres of cells that do not give theirs.
func _make_grid() -> TileMapLayer:
	var tile_set: TileSet = TileSet.new()
	tile_set.tile_shape = _index(TilebakeLayerGrid.SHAPES, "grid") as TileSet.TileShape
	tile_set.tile_layout = _index(TilebakeLayerGrid.LAYOUTS, "layout") as TileSet.TileLayout
	tile_set.tile_offset_axis = _index(TilebakeLayerGrid.AXES, "offset_axis") as TileSet.TileOffsetAxis
	var side: Variant = _map.get("tile_size", 64)
	var size: Vector2 = _point([side, side] if _is_number(side) else _list(_map, "tile_size"), 0)
	if size.is_finite():
		tile_set.tile_size = Vector2i(size)
	var grid: TileMapLayer = TileMapLayer.new()
	grid.tile_set = tile_set
	return grid


func _index(names: Array[String], key: String) -> int:
	return maxi(0, names.find(str(_map.get(key, ""))))


## Add the tiles of a layer, or of a map without layers; with [param all], every cell of its rows counts as a tile.
func _add_block(block: Variant, all: bool) -> void:
	if not block is Dictionary:
		return
	var entry: Dictionary = block
	var weight: Variant = entry.get("weight", 1.0)
	if _is_number(weight) and weight <= 0.0:
		return
	_add_rows(entry, all)
	for cell: Variant in _list(entry, "cells"):
		_add_cell(cell)


func _add_cell(cell: Variant) -> void:
	if cell is Array:
		var list: Array = cell
		_add_tile(_point(list, 0), _point(list, 3))
	elif cell is Dictionary:
		var entry: Dictionary = cell
		_add_tile(_point([entry.get("x"), entry.get("y")], 0), _point(_list(entry, "centre"), 0))


## Add a tile by its centre, where it gives one, else by its cell.
func _add_tile(cell: Vector2, centre: Vector2) -> void:
	if centre.is_finite():
		_widen(centre)
	elif cell.is_finite():
		_widen(_grid.map_to_local(Vector2i(cell)))


func _add_rows(block: Dictionary, all: bool) -> void:
	var legend: Dictionary = {".": null, " ": null}
	var given: Variant = block.get("legend", _map.get("legend"))
	if given is Dictionary:
		var named: Dictionary = given
		legend.merge(named, true)
	var origin: Vector2 = _point(_list(block if block.has("origin") else _map, "origin"), 0)
	var corner: Vector2i = Vector2i(origin) if origin.is_finite() else Vector2i.ZERO
	var rows: Array = _list(block, "rows")
	for y: int in rows.size():
		var row: String = str(rows[y])
		for x: int in row.length():
			if all or legend.get(row[x]) != null:
				_widen(_grid.map_to_local(corner + Vector2i(x, y)))


func _widen(point: Vector2) -> void:
	_low = _low.min(point)
	_high = _high.max(point)


static func _list(object: Dictionary, key: String) -> Array:
	var value: Variant = object.get(key)
	if value is Array:
		return value
	return []


## Return two numbers of a list, from an index on; infinite where it has no such numbers.
static func _point(list: Array, index: int) -> Vector2:
	if list.size() < index + 2 or not (_is_number(list[index]) and _is_number(list[index + 1])):
		return Vector2.INF
	var x: float = list[index]
	var y: float = list[index + 1]
	return Vector2(x, y)


static func _is_number(value: Variant) -> bool:
	return value is float or value is int
