@tool
class_name TilebakeDrawOrder
extends RefCounted
## List what a scene draws, in the order in which the engine draws it: by z index, then by the tree, and sorted by y
## where nodes ask for it. Canvas layers are left out: they are drawn apart.

## Nodes that are seen. Others hold these, or do something else.
const _SEEN: Array[StringName] = [
	&"AnimatedSprite2D", &"BaseButton", &"CPUParticles2D", &"ColorRect", &"GPUParticles2D", &"Label", &"Line2D", &"MeshInstance2D",
	&"MultiMeshInstance2D", &"NinePatchRect", &"Panel", &"Polygon2D", &"Range", &"RichTextLabel", &"Sprite2D", &"TextureRect",
	&"TileMap", &"TileMapLayer", &"VideoStreamPlayer",
]

var _drawn: Array[CanvasItem] = []
## Items whose parent is no item: the engine draws each of them apart, in the order of the tree.
var _roots: Array[CanvasItem] = []


## Return what a scene draws, the lowest first.
static func of(root: Node) -> Array[CanvasItem]:
	var order: TilebakeDrawOrder = TilebakeDrawOrder.new()
	order._find_roots(root)
	while not order._roots.is_empty():
		var first: CanvasItem = order._roots.pop_front()
		order._draw(first)
	return _sort(order._drawn, func(item: CanvasItem) -> float: return TilebakeLayerSearch.absolute_z(item))


## Whether a node can be seen itself.
static func is_seen(item: CanvasItem) -> bool:
	if item is BakedTileMap:
		return false
	if item is TileMapLayer:
		return not (item as TileMapLayer).get_used_cells().is_empty()
	return item.has_method(&"_draw") or _SEEN.any(func(kind: StringName) -> bool: return item.is_class(kind))


func _find_roots(node: Node) -> void:
	if node is CanvasLayer or node is Viewport:
		return
	if node is CanvasItem:
		_roots.append(node as CanvasItem)
		return
	for child: Node in node.get_children():
		_find_roots(child)


func _draw(item: CanvasItem) -> void:
	if not item.visible:
		return
	if item.y_sort_enabled:
		var group: Array[CanvasItem] = []
		var heights: Dictionary[CanvasItem, float] = {}
		_gather(item, Transform2D.IDENTITY, group, heights)
		for each: CanvasItem in _sort(group, func(one: CanvasItem) -> float: return heights[one]):
			if each.y_sort_enabled:
				_drawn.append(each)
			else:
				_draw(each)
		return
	var items: Array[CanvasItem] = _items_below(item)
	for child: CanvasItem in items:
		if child.show_behind_parent:
			_draw(child)
	_drawn.append(item)
	for child: CanvasItem in items:
		if not child.show_behind_parent:
			_draw(child)


## Gather an item that sorts by y, and what it sorts: its children, and theirs where they sort too.
func _gather(item: CanvasItem, place: Transform2D, group: Array[CanvasItem], heights: Dictionary[CanvasItem, float]) -> void:
	if not item.visible:
		return
	group.append(item)
	heights[item] = (place * Vector2(0.0, _top_of(item))).y
	if item.y_sort_enabled:
		for child: CanvasItem in _items_below(item):
			_gather(child, place * child.get_transform(), group, heights)


## Return the items below one, and note those that are drawn apart.
func _items_below(item: CanvasItem) -> Array[CanvasItem]:
	var found: Array[CanvasItem] = []
	for child: Node in item.get_children():
		if child is CanvasItem and not (child as CanvasItem).top_level:
			found.append(child as CanvasItem)
		else:
			_find_roots(child)
	return found


## Return the height at which an item is sorted: its own place, or the upper edge of a layer whose rows are sorted.
static func _top_of(item: CanvasItem) -> float:
	var layer: TileMapLayer = item as TileMapLayer
	if layer == null or not layer.y_sort_enabled or layer.tile_set == null or not is_seen(layer):
		return 0.0
	return layer.map_to_local(layer.get_used_rect().position).y - layer.tile_set.tile_size.y / 2.0


## Sort by a number; what has the same one stays in order. sort_custom is not stable, so the place decides ties.
static func _sort(items: Array[CanvasItem], number_of: Callable) -> Array[CanvasItem]:
	var keys: Dictionary[CanvasItem, Array] = {}
	for index: int in items.size():
		keys[items[index]] = [number_of.call(items[index]), index]
	var sorted: Array[CanvasItem] = items.duplicate()
	sorted.sort_custom(func(a: CanvasItem, b: CanvasItem) -> bool: return keys[a] < keys[b])
	return sorted
