extends "../shared/scene_checks.gd"
## Check what BakedTileMap does in the engine without the editor.


func test_finding_layers() -> void:
	var scene: Node2D = _scene(["Ground", "Hidden", "Disabled"])
	(scene.get_node("Hidden") as CanvasItem).hide()
	(scene.get_node("Disabled") as TileMapLayer).enabled = false
	var branch: Node2D = _branch(scene, "Props")
	var inner: TileMapLayer = _layer("Inner")
	branch.add_child(inner)
	var other: Node2D = _branch(scene, "Cellar")
	other.add_child(_layer("Theirs"))
	other.add_child(BakedTileMap.new())
	check("a painting finds the visible layers beside it and those below them", _names(scene) == ["Ground", "Inner"])
	branch.hide()
	check("a painting leaves out the layers of a hidden branch", _names(scene) == ["Ground"])
	scene.free()
	var parent: TileMapLayer = _layer("Parent")
	parent.add_child(BakedTileMap.new())
	check("a painting takes a parent that is a layer", _painting(parent).source_layers() == [parent])
	parent.free()


func test_order_of_layers() -> void:
	var scene: Node2D = _scene(["Low", "Top", "Middle"])
	(scene.get_node("Top") as CanvasItem).z_index = 2
	check("a painting orders its layers as they are drawn", _names(scene) == ["Low", "Middle", "Top"])
	scene.free()


func test_named_layers() -> void:
	var scene: Node2D = _scene(["A", "B", "C"])
	_painting(scene).layers = [^"../C", ^"../A"]
	check("a painting takes the layers that it names, in that order", _names(scene) == ["C", "A"])
	scene.free()


func test_bounds() -> void:
	var scene: Node2D = _scene(["Ground"])
	var painting: BakedTileMap = _painting(scene)
	painting.show_bake(_picture(64, 32), Rect2(-16, 8, 128, 64))
	check("show_bake places the picture over its bounds",
		painting.transform * painting.get_rect() == Rect2(-16, 8, 128, 64))
	scene.free()


func test_layers_below_another_parent() -> void:
	var scene: Node2D = Node2D.new()
	var world: Node2D = _branch(scene, "World")
	world.transform = Transform2D(0.5, Vector2(2, 2), 0.0, Vector2(30, 40))
	world.add_child(_layer("Ground"))
	var paintings: Node2D = _branch(scene, "Paintings")
	paintings.position = Vector2(-5, 7)
	var painting: BakedTileMap = BakedTileMap.new()
	paintings.add_child(painting)
	painting.layers = [^"../../World/Ground"]
	painting.show_bake(_picture(10, 10), Rect2(0, 0, 10, 10))
	var seen: Transform2D = paintings.transform * painting.transform
	check("a painting below another parent lies over its layers", seen.is_equal_approx(world.transform))
	scene.free()


func test_turned_layer() -> void:
	var scene: Node2D = _scene(["Empty", "Ground"])
	(scene.get_node("Empty") as TileMapLayer).clear()
	var ground: TileMapLayer = scene.get_node("Ground")
	ground.transform = Transform2D(0.7, Vector2(3, 2), 0.1, Vector2(11, -4))
	var painting: BakedTileMap = _painting(scene)
	painting.show_bake(_picture(10, 10), Rect2(0, 0, 10, 10))
	check("a painting lies in the space of the lowest layer with tiles",
		painting.transform.is_equal_approx(ground.transform))
	ground.position = Vector2(99, 98)
	painting.follow_layers()
	check("follow_layers moves the painting after its layer", painting.position.is_equal_approx(Vector2(99, 98)))
	scene.free()


func test_hidden_layers() -> void:
	var scene: Node2D = _scene(["Ground"])
	(scene.get_node("Ground") as Node2D).scale = Vector2(2, 2)
	var painting: BakedTileMap = _painting(scene)
	painting.show_bake(_picture(10, 10), Rect2(0, 0, 16, 16))
	(scene.get_node("Ground") as CanvasItem).hide()
	root.add_child(scene)
	painting.texture = _picture(20, 20)
	var covered: Rect2 = painting.transform * painting.get_rect()
	check("a painting stays in its place while its layers are hidden", covered == Rect2(0, 0, 32, 32))
	scene.free()


func test_larger_picture() -> void:
	var scene: Node2D = _scene(["Ground"])
	root.add_child(scene)
	var painting: BakedTileMap = _painting(scene)
	var picture: ImageTexture = _picture(32, 32)
	painting.show_bake(picture, Rect2(0, 0, 64, 64))
	picture.set_image(Image.create_empty(128, 128, false, Image.FORMAT_RGBA8))
	picture.emit_changed()
	var covered: Rect2 = painting.transform * painting.get_rect()
	check("a larger picture covers the same bounds", covered == Rect2(0, 0, 64, 64))
	scene.free()


func test_state_warnings() -> void:
	var scene: Node2D = _scene([])
	var painting: BakedTileMap = _painting(scene)
	check("a painting without a layer has a warning", painting._get_configuration_warnings().size() == 1)
	scene.add_child(_layer("Ground"))
	painting.set_bake_state(BakedTileMap.State.FAILED, "Painting failed")
	var warnings: PackedStringArray = painting._get_configuration_warnings()
	check("a failed painting has the warning that was set", warnings == PackedStringArray(["Painting failed"]))
	painting.set_bake_state(BakedTileMap.State.UP_TO_DATE, "")
	check("an up-to-date painting has no warning", painting._get_configuration_warnings().is_empty())
	scene.free()


func test_export_warnings() -> void:
	var scene: Node2D = _scene(["Ground"])
	var painting: BakedTileMap = _painting(scene)
	check("set_export_warnings returns true for new warnings", painting.set_export_warnings(["left out"]))
	check("set_export_warnings returns false for the same warnings", not painting.set_export_warnings(["left out"]))
	painting.set_bake_state(BakedTileMap.State.STALE, "stale")
	var warnings: PackedStringArray = painting._get_configuration_warnings()
	check("export warnings are shown beside the warning of the state",
		warnings == PackedStringArray(["stale", "left out"]))
	var _have_changed: bool = painting.set_export_warnings([])
	check("export warnings go with the next clean export",
		painting._get_configuration_warnings() == PackedStringArray(["stale"]))
	scene.free()


func test_hidden_tiles() -> void:
	var scene: Node2D = _scene(["Ground"])
	var ground: TileMapLayer = scene.get_node("Ground")
	ground.tile_set.add_physics_layer()
	var source: TileSetAtlasSource = ground.tile_set.get_source(0) as TileSetAtlasSource
	var tile: TileData = source.get_tile_data(Vector2i.ZERO, 0)
	tile.add_collision_polygon(0)
	tile.set_collision_polygon_points(0, 0, [Vector2(-8, -8), Vector2(8, -8), Vector2(8, 8), Vector2(-8, 8)])
	_painting(scene).show_bake(_picture(16, 16), Rect2(0, 0, 16, 16))
	root.add_child(scene)
	for frame: int in 4:
		await physics_frame
	var point: PhysicsPointQueryParameters2D = PhysicsPointQueryParameters2D.new()
	point.position = Vector2(8, 8)
	var hits: Array[Dictionary] = scene.get_world_2d().direct_space_state.intersect_point(point)
	check("a painting hides its tiles in the game", ground.self_modulate.a == 0.0)
	check("hidden tiles keep their collision", hits.size() == 1)
	scene.free()


func test_uses_of_layers() -> void:
	var scene: Node2D = _scene(["Ground", "Houses", "Markers"])
	var painting: BakedTileMap = _painting(scene)
	painting.layers = [NodePath("../Ground")]
	painting.hidden_layers = [NodePath("../Markers")]
	painting.show_bake(_picture(16, 16), Rect2(0, 0, 16, 16))
	root.add_child(scene)
	await physics_frame
	check("a layer that stays on top is seen in the game", _alpha(scene, "Houses") == 1.0)
	check("a layer that is neither painted nor on top is hidden in the game", _alpha(scene, "Markers") == 0.0)
	check("a painted layer among others is hidden in the game", _alpha(scene, "Ground") == 0.0)
	scene.free()


func _alpha(scene: Node2D, layer: String) -> float:
	return (scene.get_node(layer) as TileMapLayer).self_modulate.a


func _scene(layers: Array[String]) -> Node2D:
	var scene: Node2D = Node2D.new()
	for name: String in layers:
		scene.add_child(_layer(name))
	scene.add_child(BakedTileMap.new())
	return scene


func _branch(scene: Node2D, title: String) -> Node2D:
	var branch: Node2D = Node2D.new()
	branch.name = title
	scene.add_child(branch)
	return branch


## A layer with one tile.
func _layer(title: String) -> TileMapLayer:
	var source: TileSetAtlasSource = TileSetAtlasSource.new()
	source.texture = _picture(16, 16)
	source.texture_region_size = Vector2i(16, 16)
	source.create_tile(Vector2i.ZERO)
	var layer: TileMapLayer = TileMapLayer.new()
	layer.name = title
	layer.tile_set = TileSet.new()
	var _id: int = layer.tile_set.add_source(source, 0)
	layer.set_cell(Vector2i.ZERO, 0, Vector2i.ZERO)
	return layer


func _painting(scene: Node) -> BakedTileMap:
	for child: Node in scene.get_children():
		if child is BakedTileMap:
			return child
	return null


func _names(scene: Node) -> Array[String]:
	var names: Array[String] = []
	for layer: Node in _painting(scene).source_layers():
		names.append(String(layer.name))
	return names


func _picture(width: int, height: int) -> ImageTexture:
	return ImageTexture.create_from_image(Image.create_empty(width, height, false, Image.FORMAT_RGBA8))
