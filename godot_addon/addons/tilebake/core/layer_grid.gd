@tool
class_name TilebakeLayerGrid
extends RefCounted
## The grid that all layers of a map share: that of the first layer with tiles. Other layers lie on it if
## they have tiles of the same size and shape and are moved by whole tiles; their cells are then renumbered.

const SHAPES: Array[String] = ["square", "isometric", "half_offset", "hexagonal"]
const LAYOUTS: Array[String] = [
	"stacked", "stacked_offset", "stairs_right", "stairs_down", "diamond_right", "diamond_down"
]
const AXES: Array[String] = ["horizontal", "vertical"]
## Map pixels by which a layer may lie beside the grid: half of what the backend lets pass.
const _FIT: float = 0.25
const _STRAIGHT: float = 1e-4

## The layer whose grid it is.
var layer: TileMapLayer
## What stands in the way of the layer being the grid at all; null if nothing does.
var problem: TilebakeProblem = null

var _space: Transform2D
var _origin: Vector2


## [param space] leads from map pixels to the scene's root.
func _init(the_layer: TileMapLayer, space: Transform2D) -> void:
	layer = the_layer
	_space = space
	var own: Transform2D = space.affine_inverse() * to_root(layer)
	_origin = own.origin
	if not _is_straight(own):
		problem = TilebakeProblem.error(
			"the layer is turned, scaled or skewed against the layers' parent",
			"Turn or scale its parent instead, and the painting follows"
		).at(layer)


## From a node's space to that of the scene's root; outside of the tree too.
static func to_root(node: Node) -> Transform2D:
	var result: Transform2D = Transform2D.IDENTITY
	while node is CanvasItem:
		var item: CanvasItem = node as CanvasItem
		result = item.get_transform() * result
		if item.top_level:
			break
		node = node.get_parent()
	return result


## What the map file says of the grid.
func described() -> Dictionary:
	var tile_set: TileSet = layer.tile_set
	var size: Vector2i = tile_set.tile_size
	var told: Dictionary = {"grid": SHAPES[tile_set.tile_shape], "tile_size": [size.x, size.y]}
	if tile_set.tile_shape != TileSet.TILE_SHAPE_SQUARE:
		told["layout"] = LAYOUTS[tile_set.tile_layout]
		told["offset_axis"] = AXES[tile_set.tile_offset_axis]
	return told


## The centre of one of the grid's cells in map pixels, as the engine has it.
func centre(cell: Vector2i) -> Vector2:
	return layer.map_to_local(cell) + _origin


## By how much another layer lies beside this one.
func shift_of(other: TileMapLayer) -> Vector2:
	return (_space.affine_inverse() * to_root(other)).origin - _origin


## Whether another layer numbers its cells as the grid does.
func numbers_alike(other: TileMapLayer) -> bool:
	return (
		other.tile_set.tile_layout == layer.tile_set.tile_layout or _is_square()
	) and shift_of(other).length() <= _FIT


## The grid's cell where another layer has one of its own.
func cell_of(other: TileMapLayer, cell: Vector2i) -> Vector2i:
	return layer.local_to_map(other.map_to_local(cell) + shift_of(other))


## The other layer's cell where the grid has one: what cell_of takes back.
func cell_in(other: TileMapLayer, cell: Vector2i) -> Vector2i:
	return other.local_to_map(layer.map_to_local(cell) - shift_of(other))


## Why another layer does not lie on this grid; null if it does.
func misfit(other: TileMapLayer) -> TilebakeProblem:
	var what: String = _what_differs(other)
	if what.is_empty():
		return null
	return TilebakeProblem.warning(
		"the layer is left out: it %s %s, whose grid the map has" % [what, layer.name],
		"Give it a BakedTileMap of its own, or lay it on the same grid"
	).at(other)


func _what_differs(other: TileMapLayer) -> String:
	var ours: TileSet = layer.tile_set
	var theirs: TileSet = other.tile_set
	if theirs.tile_size != ours.tile_size:
		return "has tiles of %s pixels, not of %s as" % [theirs.tile_size, ours.tile_size]
	if theirs.tile_shape != ours.tile_shape:
		return "has tiles of another shape than"
	if not _is_square() and theirs.tile_offset_axis != ours.tile_offset_axis:
		return "has another offset axis than"
	if not _is_straight(_space.affine_inverse() * to_root(other)):
		return "is turned, scaled or skewed against"
	var first: Vector2i = other.get_used_cells()[0]
	var here: Vector2 = other.map_to_local(first) + shift_of(other)
	var beside: Vector2 = here - layer.map_to_local(layer.local_to_map(here))
	return "" if beside.length() <= _FIT else "lies %s pixels beside" % beside


func _is_square() -> bool:
	return layer.tile_set.tile_shape == TileSet.TILE_SHAPE_SQUARE


static func _is_straight(transform: Transform2D) -> bool:
	return (
		(transform.x - Vector2.RIGHT).length() <= _STRAIGHT
		and (transform.y - Vector2.DOWN).length() <= _STRAIGHT
	)
