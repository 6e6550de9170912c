@tool
class_name TilebakeLayerGrid
extends RefCounted
## Describe the grid that all layers of a map share: that of the first layer with tiles, in that layer's space.

const SHAPES: Array[String] = ["square", "isometric", "half_offset", "hexagonal"]
const LAYOUTS: Array[String] = [
	"stacked", "stacked_offset", "stairs_right", "stairs_down", "diamond_right", "diamond_down"
]
const AXES: Array[String] = ["horizontal", "vertical"]

## The layer whose grid it is.
var layer: TileMapLayer


func _init(the_layer: TileMapLayer) -> void:
	layer = the_layer


## Make the JSON of the grid for the map file.
func to_json() -> Dictionary:
	var tile_set: TileSet = layer.tile_set
	var size: Vector2i = tile_set.tile_size
	var json: Dictionary = {"grid": SHAPES[tile_set.tile_shape], "tile_size": [size.x, size.y]}
	if tile_set.tile_shape != TileSet.TILE_SHAPE_SQUARE:
		json["layout"] = LAYOUTS[tile_set.tile_layout]
		json["offset_axis"] = AXES[tile_set.tile_offset_axis]
	return json


## Return the centre of a cell in map pixels, as the engine computes it.
func centre(cell: Vector2i) -> Vector2:
	return layer.map_to_local(cell)


## Return the rectangle in map pixels that tiles with centres from [param low] to [param high] cover.
func box(low: Vector2, high: Vector2) -> Rect2:
	var tile: Vector2 = layer.tile_set.tile_size
	return Rect2(low - tile / 2.0, high - low + tile)
