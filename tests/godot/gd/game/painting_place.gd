extends RefCounted
## Tell in the game where a level's painting lies, and where its tiles do.


## Return "picture painting tiles hidden" for a level in the tree that has run for a frame.
static func describe(scene: Node) -> String:
	var painting: BakedTileMap = scene.get_node("Bake")
	var picture: String = "none" if painting.texture == null else painting.texture.resource_path
	var covered: Rect2 = painting.global_transform * painting.get_rect()
	var tiles: Rect2 = Rect2()
	var hidden: bool = true
	for layer: TileMapLayer in scene.find_children("*", "TileMapLayer"):
		var side: Vector2 = layer.tile_set.tile_size
		for cell: Vector2i in layer.get_used_cells():
			var place: Rect2 = layer.global_transform * Rect2(layer.map_to_local(cell) - side / 2.0, side)
			tiles = place if tiles == Rect2() else tiles.merge(place)
		hidden = hidden and layer.self_modulate.a == 0.0
	return "%s %s %s %s" % [picture, _text(covered), _text(tiles), hidden]


static func _text(box: Rect2) -> String:
	return "%.2f,%.2f,%.2f,%.2f" % [box.position.x, box.position.y, box.size.x, box.size.y]
