@tool
class_name TilebakeLayerSearch
extends RefCounted
## Find the tile layers that a painting may show, and tell where a scene draws them.
##
## It lies here because the nodes use it: an exported game has this folder and no other of the addon.


## Return the layers beside a painting: the parent, if it is a layer, and every visible layer among the siblings and below
## them, in drawing order.
static func beside(painting: Node) -> Array[Node]:
	var found: Array[Node] = []
	var parent: Node = painting.get_parent()
	if parent == null or parent is Viewport:
		return found
	_add(parent, found)
	for sibling: Node in parent.get_children():
		if sibling != painting:
			_collect(sibling, painting.owner, found)
	return _in_drawing_order(found)


## Return the visible layers at some paths from a painting, in the order of the paths.
static func at(paths: Array[NodePath], painting: Node) -> Array[Node]:
	var found: Array[Node] = []
	for path: NodePath in paths:
		_add(painting.get_node_or_null(path), found)
	return found


## Whether a node is a layer that is drawn and has tiles.
static func has_tiles(node: Node) -> bool:
	if node is TileMapLayer:
		var tiles: TileMapLayer = node
		return tiles.enabled and tiles.tile_set != null and tiles.get_used_rect().has_area()
	var map: TileMap = node as TileMap
	if map == null or map.tile_set == null:
		return false
	return range(map.get_layers_count()).any(func(index: int) -> bool:
		return map.is_layer_enabled(index) and not map.get_used_cells(index).is_empty())


## Return the transform from a node's space to the scene root's. It works outside of the tree too, unlike
## global_transform.
static func to_root(node: Node) -> Transform2D:
	var result: Transform2D = Transform2D.IDENTITY
	while node is CanvasItem:
		var item: CanvasItem = node
		result = item.get_transform() * result
		if item.top_level:
			break
		node = node.get_parent()
	return result


## Return the z index at which a node is drawn, over those of its parents.
static func absolute_z(node: Node) -> int:
	var item: CanvasItem = node as CanvasItem
	if item == null:
		return 0
	return item.z_index + (absolute_z(item.get_parent()) if item.z_as_relative else 0)


static func _add(node: Node, found: Array[Node]) -> void:
	if (node is TileMapLayer and (node as TileMapLayer).enabled) or node is TileMap:
		if (node as CanvasItem).visible and node not in found:
			found.append(node)


## Collect the layers of a branch. What a script has added to the scene is no part of it, and cannot be named.
static func _collect(node: Node, scene: Node, found: Array[Node]) -> void:
	if (node is CanvasItem and not (node as CanvasItem).visible) or (scene != null and node.owner == null):
		return
	_add(node, found)
	var below: Array[Node] = node.get_children()
	if below.any(func(child: Node) -> bool: return child is BakedTileMap):
		return
	for child: Node in below:
		_collect(child, scene, found)


## Sort layers by z index, then by tree order. sort_custom is not stable, so the place decides ties.
static func _in_drawing_order(found: Array[Node]) -> Array[Node]:
	var places: Dictionary[Node, int] = {}
	for index: int in found.size():
		places[found[index]] = index
	found.sort_custom(func(a: Node, b: Node) -> bool:
		var za: int = absolute_z(a)
		var zb: int = absolute_z(b)
		return places[a] < places[b] if za == zb else za < zb)
	return found
