@tool
extends RefCounted
## Show an image over a painting in the editor's 2D view.
##
## It is no node, so nothing of it can be saved. Whoever shows one clears it.

## How dark the painting gets under a heat map, which would drown in its colours.
const VEIL: Color = Color(0.0, 0.0, 0.0, 0.45)

var _item: RID = RID()
var _texture: ImageTexture = null
var _node_id: int = 0
var _below_id: int = 0
var _box: Rect2 = Rect2()
var _is_visible: bool = true


## Show an image over [param box], given in the space of the node's [method BakedTileMap.map_layer]; with
## [param veiled] the painting under it is dimmed. It is drawn right after [param below]: the painting, or a layer of tiles.
func show_image(node: BakedTileMap, image: Image, box: Rect2, veiled: bool, below: CanvasItem) -> void:
	clear()
	_below_id = below.get_instance_id()
	_is_visible = true
	_texture = ImageTexture.create_from_image(image)
	_node_id = node.get_instance_id()
	_box = box
	_item = RenderingServer.canvas_item_create()
	RenderingServer.canvas_item_set_parent(_item, below.get_canvas_item())
	var area: Rect2 = Rect2(Vector2.ZERO, _texture.get_size())
	if veiled:
		RenderingServer.canvas_item_add_rect(_item, area, VEIL)
	RenderingServer.canvas_item_add_texture_rect(_item, area, _texture.get_rid())
	place()


## Place it again, because the painting may have moved.
func place() -> void:
	var node: BakedTileMap = instance_from_id(_node_id) as BakedTileMap if is_shown() else null
	var below: CanvasItem = drawn_over() if node != null else null
	if below == null or node.map_layer() == null:
		return
	RenderingServer.canvas_item_set_transform(_item, TilebakeLayerSearch.to_root(below).affine_inverse() * image_transform())


func is_shown() -> bool:
	return _item.is_valid()


## Return what it is drawn over; null where that is gone.
func drawn_over() -> CanvasItem:
	return instance_from_id(_below_id) as CanvasItem


## Return the image; null where none is shown.
func picture() -> Texture2D:
	return _texture


## Return the transform from the image's pixels to the scene's space.
func image_transform() -> Transform2D:
	var node: BakedTileMap = instance_from_id(_node_id)
	var space: Transform2D = TilebakeLayerSearch.to_root(node.map_layer())
	return space * Transform2D(0.0, _box.size / _texture.get_size(), 0.0, _box.position)


func set_visible(is_visible_now: bool) -> void:
	_is_visible = is_visible_now
	if is_shown():
		RenderingServer.canvas_item_set_visible(_item, _is_visible)


func is_visible() -> bool:
	return is_shown() and _is_visible


## Draw it with this share of its opacity.
func set_opacity(share: float) -> void:
	if is_shown():
		RenderingServer.canvas_item_set_modulate(_item, Color(1.0, 1.0, 1.0, share))


func clear() -> void:
	if is_shown():
		RenderingServer.free_rid(_item)
	_item = RID()
	_texture = null
