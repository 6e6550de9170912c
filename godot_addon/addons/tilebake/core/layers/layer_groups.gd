@tool
class_name TilebakeLayerGroups
extends RefCounted
## Sort the layers of a scene into groups that one painting each can show: several levels may lie in one scene.
##
## Layers belong together if their cells lie on one grid, and they are siblings or touch each other.


## Return the groups, in the order of their first layers. Layers without tiles are left out.
static func of(layers: Array[Node]) -> Array[Array]:
	var groups: Array[Array] = []
	for layer: Node in layers:
		if TilebakeLayerList.tiled_in(layer).is_empty():
			continue
		var joined: Array[Node] = [layer]
		for group: Array[Node] in groups.duplicate():
			if group.any(_belongs.bind(layer)):
				joined = group + joined
				groups.erase(group)
		groups.append(joined)
	return _in_order(groups, layers)


static func _belongs(one: Node, other: Node) -> bool:
	var a: TileMapLayer = TilebakeLayerList.tiled_in(one)[0]
	var b: TileMapLayer = TilebakeLayerList.tiled_in(other)[0]
	if TilebakeLayerFit.new(TilebakeLayerGrid.new(a), b).check() != null:
		return false
	return one.get_parent() == other.get_parent() or _place(a).intersects(_place(b))


## Return the rectangle around a layer's tiles in the scene's space, with half a tile around it: neighbours touch.
static func _place(layer: TileMapLayer) -> Rect2:
	var used: Rect2i = layer.get_used_rect()
	var box: Rect2 = Rect2(layer.map_to_local(used.position), Vector2.ZERO)
	for corner: Vector2i in [used.end, Vector2i(used.end.x, used.position.y), Vector2i(used.position.x, used.end.y)]:
		box = box.expand(layer.map_to_local(corner))
	return BakedTileMap.to_root(layer) * box.grow(layer.tile_set.tile_size.y / 2.0)


## Sort groups, and the layers in them, as the layers are sorted.
static func _in_order(groups: Array[Array], layers: Array[Node]) -> Array[Array]:
	var sorted: Array[Array] = []
	for layer: Node in layers:
		for group: Array[Node] in groups:
			if layer in group and layers.filter(func(each: Node) -> bool: return each in group)[0] == layer:
				var ordered: Array[Node] = layers.filter(func(each: Node) -> bool: return each in group)
				sorted.append(ordered)
	return sorted
