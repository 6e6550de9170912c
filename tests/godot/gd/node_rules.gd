extends SceneTree
## What BakedTileMap promises, tried one by one. Prints "OK ..." or "BAD ..." for each.


func _initialize() -> void:
	_run.call_deferred()


func _run() -> void:
	_finds_layers()
	_orders_layers()
	_takes_named_layers()
	_lies_over_its_bounds()
	_follows_the_layers_from_elsewhere()
	_follows_a_layer_that_is_turned()
	_stays_where_its_layers_are_hidden()
	_keeps_its_ground_when_the_picture_grows()
	_warns()
	_tells_problems()
	await _hides_tiles_and_keeps_collision()
	quit()


func _check(promise: String, holds: bool) -> void:
	print(("OK " if holds else "BAD ") + promise)


func _finds_layers() -> void:
	var scene: Node2D = _scene(["Ground", "Hidden", "Disabled"])
	(scene.get_node("Hidden") as CanvasItem).hide()
	(scene.get_node("Disabled") as TileMapLayer).enabled = false
	var branch: Node2D = _branch(scene, "Props")
	var inner: TileMapLayer = _layer("Inner")
	branch.add_child(inner)
	var other: Node2D = _branch(scene, "Cellar")
	other.add_child(_layer("Theirs"))
	other.add_child(BakedTileMap.new())
	_check("finds visible layers and those below", _names(scene) == ["Ground", "Inner"])
	branch.hide()
	_check("leaves out what is in a hidden branch", _names(scene) == ["Ground"])
	scene.free()
	var parent: TileMapLayer = _layer("Parent")
	parent.add_child(BakedTileMap.new())
	_check("takes a parent that is a layer", _painting(parent).source_layers() == [parent])
	parent.free()


func _orders_layers() -> void:
	var scene: Node2D = _scene(["Low", "Top", "Middle"])
	(scene.get_node("Top") as CanvasItem).z_index = 2
	_check("orders layers as they are drawn", _names(scene) == ["Low", "Middle", "Top"])
	scene.free()


func _takes_named_layers() -> void:
	var scene: Node2D = _scene(["A", "B", "C"])
	_painting(scene).layers = [^"../C", ^"../A"]
	_check("takes named layers in their order", _names(scene) == ["C", "A"])
	scene.free()


func _lies_over_its_bounds() -> void:
	var scene: Node2D = _scene(["Ground"])
	var painting: BakedTileMap = _painting(scene)
	painting.show_bake(_picture(64, 32), Rect2(-16, 8, 128, 64))
	_check("lies over its bounds", painting.transform * painting.get_rect() == Rect2(-16, 8, 128, 64))
	scene.free()


func _follows_the_layers_from_elsewhere() -> void:
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
	_check("follows its layers from elsewhere", seen.is_equal_approx(world.transform))
	scene.free()


func _follows_a_layer_that_is_turned() -> void:
	var scene: Node2D = _scene(["Empty", "Ground"])
	(scene.get_node("Empty") as TileMapLayer).clear()
	var ground: TileMapLayer = scene.get_node("Ground")
	ground.transform = Transform2D(0.7, Vector2(3, 2), 0.1, Vector2(11, -4))
	var painting: BakedTileMap = _painting(scene)
	painting.show_bake(_picture(10, 10), Rect2(0, 0, 10, 10))
	_check("lies in the first layer's own space", painting.transform.is_equal_approx(ground.transform))
	ground.position = Vector2(99, 98)
	painting.follow_layers()
	_check("follows it when it has been moved", painting.position.is_equal_approx(Vector2(99, 98)))
	scene.free()


func _stays_where_its_layers_are_hidden() -> void:
	var scene: Node2D = _scene(["Ground"])
	(scene.get_node("Ground") as Node2D).scale = Vector2(2, 2)
	var painting: BakedTileMap = _painting(scene)
	painting.show_bake(_picture(10, 10), Rect2(0, 0, 16, 16))
	(scene.get_node("Ground") as CanvasItem).hide()
	root.add_child(scene)
	painting.texture = _picture(20, 20)
	var covered: Rect2 = painting.transform * painting.get_rect()
	_check("stays where its layers are hidden", covered == Rect2(0, 0, 32, 32))
	scene.free()


func _keeps_its_ground_when_the_picture_grows() -> void:
	var scene: Node2D = _scene(["Ground"])
	root.add_child(scene)
	var painting: BakedTileMap = _painting(scene)
	var picture: ImageTexture = _picture(32, 32)
	painting.show_bake(picture, Rect2(0, 0, 64, 64))
	picture.set_image(Image.create_empty(128, 128, false, Image.FORMAT_RGBA8))
	picture.emit_changed()
	var covered: Rect2 = painting.transform * painting.get_rect()
	_check("keeps its ground when the picture grows", covered == Rect2(0, 0, 64, 64))
	scene.free()


func _warns() -> void:
	var scene: Node2D = _scene([])
	var painting: BakedTileMap = _painting(scene)
	_check("warns where there is nothing to paint", painting._get_configuration_warnings().size() == 1)
	scene.add_child(_layer("Ground"))
	painting.tell(BakedTileMap.State.FAILED, "Painting failed")
	var told: PackedStringArray = painting._get_configuration_warnings()
	_check("warns in the words it was told", told == PackedStringArray(["Painting failed"]))
	painting.tell(BakedTileMap.State.UP_TO_DATE, "")
	_check("is silent when all is well", painting._get_configuration_warnings().is_empty())
	scene.free()


func _tells_problems() -> void:
	var scene: Node2D = _scene(["Ground"])
	var painting: BakedTileMap = _painting(scene)
	_check("notes what was left out", painting.tell_problems(["left out"]) and not painting.tell_problems(["left out"]))
	painting.tell(BakedTileMap.State.STALE, "stale")
	var told: PackedStringArray = painting._get_configuration_warnings()
	_check("and warns of it beside its state", told == PackedStringArray(["stale", "left out"]))
	var _is_news: bool = painting.tell_problems([])
	_check("until it is mended", painting._get_configuration_warnings() == PackedStringArray(["stale"]))
	scene.free()


func _hides_tiles_and_keeps_collision() -> void:
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
	_check("hides the tiles in the game", ground.self_modulate.a == 0.0)
	_check("keeps their collision", hits.size() == 1)
	scene.free()


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
