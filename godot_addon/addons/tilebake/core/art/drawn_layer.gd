@tool
class_name TilebakeDrawnLayer
extends RefCounted
## Draw the tiles of one layer that are in a map, in the order in which the engine draws them.

const _BIAS: int = 1 << 24  # added to a coordinate, this is above 0 whatever the coordinate
const _WHOLE: int = 0xffffffff
## Of a pixel: one whose middle lies on a tile's left edge is the tile's, in spite of rounding.
const _EDGE: float = 0.501

var _layer: TileMapLayer
var _names: TilebakeTileNames
## From the layer's space to map pixels.
var _place: Transform2D
var _tint: Color
## The picture read last, and the texture that it is of.
var _atlas: Image = null
var _atlas_of: Texture2D = null
var _tiles: Dictionary[Vector4i, TilebakeDrawnTile] = {}
## The cells that are drawn together, by the keys of [method strips], as numbers that sort as they are drawn.
var _strips: Dictionary[Array, Array] = {}


## Take a layer of a map whose grid is that of another one.
func _init(layer: TileMapLayer, grid: TilebakeLayerGrid, names: TilebakeTileNames) -> void:
	_layer = layer
	_names = names
	_place = TilebakeLayerSearch.to_root(grid.layer).affine_inverse() * TilebakeLayerSearch.to_root(layer)
	_tint = layer.self_modulate
	var node: Node = layer
	while node is CanvasItem:
		_tint *= (node as CanvasItem).modulate
		node = null if (node as CanvasItem).top_level else node.get_parent()


## Return the keys of its strips, which are drawn in the order of the keys of all layers: z index, layers that are sorted
## together, y and x, and the layer. [param index] is its place among the layers, [param group] that of the first of those
## that are sorted by y with it.
func strips(index: int, group: int) -> Array[Array]:
	_strips.clear()
	var z: int = TilebakeLayerSearch.absolute_z(_layer)
	for cell: Vector2i in _layer.get_used_cells():
		var tile: TilebakeDrawnTile = _tile_at(cell)
		if tile == null:
			continue
		var at: Vector2 = _strip_of(cell, tile)
		var key: Array = [z + tile.z_index, group, at.y, at.x, index]
		var column: int = -cell.x if _is_reversed() else cell.x
		var number: int = ((column + _BIAS) << 32) | (cell.y + _BIAS)
		var cells: Array = _strips.get_or_add(key, [])
		cells.append(number)
	return _strips.keys()


## Draw a strip on a picture of a box of the map, at so many pixels a map pixel.
func draw_strip(key: Array, picture: Image, box: Rect2, scale: Vector2) -> void:
	var cells: Array = _strips[key]
	cells.sort()
	for number: int in cells:
		var column: int = (number >> 32) - _BIAS
		var cell: Vector2i = Vector2i(-column if _is_reversed() else column, (number & _WHOLE) - _BIAS)
		var tile: TilebakeDrawnTile = _tile_at(cell)
		var place: Rect2 = _place * Rect2(_layer.map_to_local(cell) + tile.rect.position, tile.rect.size)
		var from: Vector2i = Vector2i(((place.position - box.position) * scale - Vector2(_EDGE, _EDGE)).ceil())
		var to: Vector2i = Vector2i(((place.end - box.position) * scale - Vector2(_EDGE, _EDGE)).ceil())
		tile.draw_on(picture, Rect2i(from, to - from))


## Return where the strip of a cell is sorted: its row where the layer is sorted by y, else its square of cells, which
## the engine draws at once.
func _strip_of(cell: Vector2i, tile: TilebakeDrawnTile) -> Vector2:
	if _layer.y_sort_enabled:
		var y: float = _layer.map_to_local(cell).y + tile.y_sort_origin + _layer.y_sort_origin
		return Vector2(0.0, (TilebakeLayerSearch.to_root(_layer) * Vector2(0.0, y)).y)
	var square: Vector2 = _layer.map_to_local(Vector2i((Vector2(cell) / _layer.rendering_quadrant_size).floor()))
	return Vector2(-square.x, square.y)  # of one row from right to left


func _is_reversed() -> bool:
	return _layer.y_sort_enabled and _layer.x_draw_order_reversed


## Return the tile in a cell; null where it is not in the map, or has no picture.
func _tile_at(cell: Vector2i) -> TilebakeDrawnTile:
	var atlas: Vector2i = _layer.get_cell_atlas_coords(cell)
	var kind: Vector4i = Vector4i(
		_layer.get_cell_source_id(cell), atlas.x, atlas.y, _layer.get_cell_alternative_tile(cell))
	if not _tiles.has(kind):
		_tiles[kind] = null if _names.find(_layer, cell) in ["", TilebakeTileNames.LEAVE_OUT] else _make_tile(kind)
	return _tiles[kind]


func _make_tile(kind: Vector4i) -> TilebakeDrawnTile:
	var tiles: TileSet = _layer.tile_set
	var source: TileSetAtlasSource = null
	if tiles.has_source(kind.x):
		source = tiles.get_source(kind.x) as TileSetAtlasSource
	if source == null or source.texture == null:
		return null
	if _atlas_of != source.texture:
		_atlas_of = source.texture
		_atlas = TilebakeTextureImage.read(source.texture)
		if _atlas != null:
			_atlas = _atlas.duplicate()  # the engine may use it itself
			_atlas.clear_mipmaps()
			_atlas.convert(Image.FORMAT_RGBA8)
	if _atlas == null:
		return null
	return TilebakeDrawnTile.new(source, Vector2i(kind.y, kind.z), kind.w, _atlas, _place, _tint)
