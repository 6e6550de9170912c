@tool
class_name TilebakeLayerList
extends RefCounted
## List the tile layers that a BakedTileMap paints, the lowest first, each one a TileMapLayer.


## Return the layers with tiles; a deprecated TileMap counts as the layers it is made of.
static func of(baked: BakedTileMap) -> Array[TileMapLayer]:
	var found: Array[TileMapLayer] = []
	for node: Node in baked.source_layers():
		found.append_array(tiled_in(node))
	return found


## Return the layers with tiles of a TileMapLayer, which is one itself, or of a TileMap.
static func tiled_in(node: Node) -> Array[TileMapLayer]:
	var layers: Array[TileMapLayer] = [node as TileMapLayer]
	return (_layers_of(node as TileMap) if node is TileMap else layers).filter(_has_tiles)


## Return the BakedTileMap nodes of a scene, without those of scenes that are instanced in it.
static func baked_in(root: Node) -> Array[BakedTileMap]:
	var found: Array[BakedTileMap] = []
	_collect(root, root, found)
	return found


static func _collect(node: Node, root: Node, found: Array[BakedTileMap]) -> void:
	if node is BakedTileMap and (node == root or node.owner == root):
		found.append(node as BakedTileMap)
	for child: Node in node.get_children():
		_collect(child, root, found)


## Return the internal TileMapLayer nodes in which the engine keeps a TileMap's layers, in drawing order.
static func _layers_of(tile_map: TileMap) -> Array[TileMapLayer]:
	var found: Array[TileMapLayer] = []
	found.assign(tile_map.get_children(true).filter(func(child: Node) -> bool: return child is TileMapLayer))
	var places: Dictionary[TileMapLayer, int] = {}
	for index: int in found.size():
		places[found[index]] = index
	found.sort_custom(func(a: TileMapLayer, b: TileMapLayer) -> bool:
		return places[a] < places[b] if a.z_index == b.z_index else a.z_index < b.z_index)
	return found


static func _has_tiles(layer: TileMapLayer) -> bool:
	return layer.enabled and layer.tile_set != null and not layer.get_used_cells().is_empty()
