extends SceneTree
## Print where each level's painting lies in the game, and where its tiles do: "PLACE level picture painting tiles hidden".


func _initialize() -> void:
	_run.call_deferred()


func _run() -> void:
	for file: String in DirAccess.get_files_at("res://levels"):
		var packed: PackedScene = load("res://levels/" + file)
		var scene: Node = packed.instantiate()
		root.add_child(scene)
		await process_frame
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
		print("PLACE %s %s %s %s %s" % [file.get_basename(), picture, _text(covered), _text(tiles), hidden])
		scene.free()
	quit()


func _text(box: Rect2) -> String:
	return "%.2f,%.2f,%.2f,%.2f" % [box.position.x, box.position.y, box.size.x, box.size.y]
