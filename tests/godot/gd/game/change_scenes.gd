extends SceneTree
## Change levels as a script or a merge does: without the editor, so that nothing is said to their paintings.
##
## Each level is named after its change.


func _initialize() -> void:
	for file: String in DirAccess.get_files_at("res://levels"):
		_change(file.get_basename())
	quit()


func _change(name: String) -> void:
	var path: String = "res://levels/%s.tscn" % name
	var packed: PackedScene = load(path)
	var scene: Node = packed.instantiate()
	var ground: TileMapLayer = scene.get_node("Ground")
	var painting: BakedTileMap = scene.get_node("Bake")
	match name:
		"left":
			_fill(ground, Rect2i(-4, 0, 4, 3))
		"above":
			_fill(ground, Rect2i(0, -5, 2, 5))
		"smaller":
			for y: int in 3:
				ground.erase_cell(Vector2i(0, y))
		"moved":
			ground.position = Vector2(33, -7)
		"scaled":
			ground.scale = Vector2(2, 1.5)
		"second":
			var second: TileMapLayer = ground.duplicate() as TileMapLayer
			_fill(second, Rect2i(6, 1, 3, 1))
			scene.add_child(second)
			second.owner = scene
		"elsewhere":
			painting.map_file = "res://maps/another.tilebake.json"
		"grouped":
			var group: Node2D = Node2D.new()
			group.position = Vector2(100, 50)
			scene.add_child(group)
			group.owner = scene
			ground.reparent(group, false)
			ground.owner = scene
	var changed: PackedScene = PackedScene.new()
	assert(changed.pack(scene) == OK)
	assert(ResourceSaver.save(changed, path) == OK)
	scene.free()


func _fill(layer: TileMapLayer, cells: Rect2i) -> void:
	for x: int in range(cells.position.x, cells.end.x):
		for y: int in range(cells.position.y, cells.end.y):
			layer.set_cell(Vector2i(x, y), 0, Vector2i.ZERO)
