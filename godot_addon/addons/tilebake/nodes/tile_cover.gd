@tool
extends RefCounted
## Hide the tiles of one layer that a painting shows. Its other tiles, its collision and what lies below it stay, but for
## layers on which a script draws the same tiles.

const TilebakeDrawnCopies = preload("drawn_copies.gd")

## A kind of tile in a list of numbers: source, atlas x, atlas y, alternative.
const NUMBERS: int = 4
const _INVISIBLE: String = "shader_type canvas_item; void fragment() { COLOR.a = 0.0; }"

var _layer: CanvasItem
var _unpainted: PackedInt32Array
var _rest: TileMapLayer = null
var _invisible: ShaderMaterial = ShaderMaterial.new()
var _copies: TilebakeDrawnCopies = null
var _covered: Array[CanvasItem] = []  # in the editor


## Take a layer, and the kinds of its tiles that are not in the painting.
func _init(layer: CanvasItem, unpainted: PackedInt32Array) -> void:
	_layer = layer
	_unpainted = unpainted


## Hide the painted tiles in the game, for good.
func hide_in_game() -> void:
	_show_rest()
	_layer.self_modulate.a = 0.0
	_find_copies(func(copy: TileMapLayer) -> void: copy.self_modulate.a = 0.0)


## Hide the painted tiles in the editor. No property changes, so that nothing of it can be saved: tiles take the
## material of their layer's canvas item, and what lies below the layer does not.
func hide_in_editor() -> void:
	_show_rest()
	_invisible.shader = Shader.new()
	_invisible.shader.code = _INVISIBLE
	_cover(_layer)
	_find_copies(_cover)


## Show the tiles in the editor again.
func show_in_editor() -> void:
	if _copies != null:
		_copies.stop()
	for item: CanvasItem in _covered:
		if not is_instance_valid(item):
			continue
		RenderingServer.canvas_item_set_use_parent_material(item.get_canvas_item(), item.use_parent_material)
		var material: RID = RID() if item.material == null else item.material.get_rid()
		RenderingServer.canvas_item_set_material(item.get_canvas_item(), material)
	_covered.clear()
	if is_instance_valid(_rest):
		_rest.queue_free()


func _find_copies(on_found: Callable) -> void:
	var layer: TileMapLayer = _layer as TileMapLayer
	if layer != null:
		_copies = TilebakeDrawnCopies.new(layer, on_found)


func _cover(item: CanvasItem) -> void:
	_covered.append(item)
	RenderingServer.canvas_item_set_use_parent_material(item.get_canvas_item(), false)
	RenderingServer.canvas_item_set_material(item.get_canvas_item(), _invisible.get_rid())


## Show the tiles that are not in the painting on a layer of their own, which nobody else sees and nothing saves.
func _show_rest() -> void:
	var layer: TileMapLayer = _layer as TileMapLayer
	if layer == null or _unpainted.is_empty():
		return
	_rest = TileMapLayer.new()
	for property: StringName in [
		&"tile_set", &"y_sort_enabled", &"y_sort_origin", &"x_draw_order_reversed", &"rendering_quadrant_size",
		&"light_mask", &"self_modulate",
	]:
		_rest.set(property, layer.get(property))
	_rest.material = _material_of(layer)
	for property: StringName in [&"collision_enabled", &"navigation_enabled", &"occlusion_enabled"]:
		_rest.set(property, false)
	for cell: Vector2i in layer.get_used_cells():
		if _is_unpainted(layer, cell):
			_rest.set_cell(cell, layer.get_cell_source_id(cell), layer.get_cell_atlas_coords(cell),
				layer.get_cell_alternative_tile(cell))
	# Later, because the layer may still be adding its own children.
	layer.add_child.call_deferred(_rest, false, Node.INTERNAL_MODE_FRONT)


## Return the material that a layer's tiles have, its own or one from above: that of the layer may be ours.
static func _material_of(item: CanvasItem) -> Material:
	while item.use_parent_material and item.get_parent() is CanvasItem:
		item = item.get_parent()
	return item.material


func _is_unpainted(layer: TileMapLayer, cell: Vector2i) -> bool:
	var kind: PackedInt32Array = kind_of(layer, cell)
	for start: int in range(0, _unpainted.size(), NUMBERS):
		if _unpainted.slice(start, start + NUMBERS) == kind:
			return true
	return false


## Return the numbers of the kind of tile in a cell.
static func kind_of(layer: TileMapLayer, cell: Vector2i) -> PackedInt32Array:
	var atlas: Vector2i = layer.get_cell_atlas_coords(cell)
	return [layer.get_cell_source_id(cell), atlas.x, atlas.y, layer.get_cell_alternative_tile(cell)]
