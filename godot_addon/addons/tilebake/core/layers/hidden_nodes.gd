@tool
class_name TilebakeHiddenNodes
extends RefCounted
## Find what a painting hides that its tiles do not, and what hides a painting and not its tiles.

const _NAMED: int = 4  # of them in a warning


## Return warnings that name both; none where the painting is drawn in the place of its tiles.
static func find(baked: BakedTileMap, layers: Array[TileMapLayer]) -> Array[TilebakeDiagnostic]:
	var warnings: Array[TilebakeDiagnostic] = []
	var root: Node = baked.owner if baked.owner != null else baked
	var drawn: Array[CanvasItem] = TilebakeDrawOrder.of(root)
	var painting: int = drawn.find(baked)
	var tiles: int = drawn.find(_node_of(layers[0]))
	if painting < 0 or tiles < 0:
		return warnings  # hidden
	var names: PackedStringArray = _names(_between(drawn, tiles, painting), layers, root)
	if not names.is_empty():
		warnings.append(TilebakeDiagnostic.warning(
			"%s behind the painting: %s" % ["1 node is" if names.size() == 1 else "%d nodes are" % names.size(), _list(names)],
			"Move %s before %s in the scene tree, or give what is to be seen a higher z index" % [baked.name, layers[0].name]
		).at(baked))
	var over: PackedStringArray = _names(_between(drawn, painting, tiles), layers, root)
	if not over.is_empty():
		warnings.append(TilebakeDiagnostic.warning(
			"%s the painting, and not the tiles: %s" % ["1 node covers" if over.size() == 1 else "%d nodes cover" % over.size(), _list(over)],
			"Move %s right before %s in the scene tree, or bake the scene that both come from" % [baked.name, layers[0].name]
		).at(baked))
	return warnings


## Return what is drawn after one item and before another; nothing, where they are in the other order.
static func _between(drawn: Array[CanvasItem], first: int, last: int) -> Array[CanvasItem]:
	return drawn.slice(first + 1, maxi(first + 1, last))


## Return the names of those items that are seen and are no layers of the painting.
static func _names(items: Array[CanvasItem], layers: Array[TileMapLayer], root: Node) -> PackedStringArray:
	var names: PackedStringArray = []
	for item: CanvasItem in items:
		if TilebakeDrawOrder.is_seen(item) and not item in layers and not item is TileMap and not _is_beside(item, layers):
			var name: String = _name_of(item, layers[0], root)
			if name not in names:
				names += PackedStringArray([name])
	return names


## Whether an item is a layer that no layer of the painting comes near, as that of a house beside the town.
static func _is_beside(item: CanvasItem, layers: Array[TileMapLayer]) -> bool:
	var other: TileMapLayer = item as TileMapLayer
	return other != null and not layers.any(func(layer: TileMapLayer) -> bool: return _box_of(layer).intersects(_box_of(other)))


## Return the rectangle around a layer's tiles in the scene root's space, larger by half a tile on each side.
static func _box_of(layer: TileMapLayer) -> Rect2:
	var used: Rect2i = layer.get_used_rect()
	var last: Vector2i = used.end - Vector2i.ONE
	var box: Rect2 = Rect2(layer.map_to_local(used.position), Vector2.ZERO)
	for corner: Vector2i in [last, Vector2i(used.position.x, last.y), Vector2i(last.x, used.position.y)]:
		box = box.expand(layer.map_to_local(corner))
	var tile: Vector2 = layer.tile_set.tile_size
	return TilebakeLayerSearch.to_root(layer) * Rect2(box.position - tile, box.size + 2.0 * tile)


static func _list(names: PackedStringArray) -> String:
	return ", ".join(names.slice(0, _NAMED)) + (", …" if names.size() > _NAMED else "")


## Return the node of the scene that a layer belongs to: itself, or the TileMap that keeps it.
static func _node_of(layer: TileMapLayer) -> CanvasItem:
	var tile_map: TileMap = layer.get_parent() as TileMap
	if tile_map != null:
		return tile_map
	return layer


## Return the name of what the user knows: the body that a picture belongs to, or the instance, unless the tiles are in
## that one too.
static func _name_of(item: Node, layer: Node, root: Node) -> String:
	while item.owner != null and item.owner != root and not item.owner.is_ancestor_of(layer):
		item = item.owner
	while item.get_parent() is CollisionObject2D and item.get_parent() != root:
		item = item.get_parent()
	return String(item.name)
