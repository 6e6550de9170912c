extends SceneTree
## Draw each scene of res://scenes as the game shows it, and that of the same name in res://before, where nothing is
## painted yet. Argument: the folder for the frames.

const SIZE: Vector2i = Vector2i(900, 700)
const MARGIN: float = 24.0


func _initialize() -> void:
	root.size = SIZE
	root.canvas_item_default_texture_filter = Viewport.DEFAULT_CANVAS_ITEM_TEXTURE_FILTER_NEAREST
	RenderingServer.set_default_clear_color(Color.BLACK)
	_draw_all.call_deferred()


func _draw_all() -> void:
	for file: String in DirAccess.get_files_at("res://scenes"):
		for folder: String in ["before", "scenes"]:
			var packed: PackedScene = load("res://%s/%s" % [folder, file])
			var scene: Node = packed.instantiate()
			root.add_child(scene)
			_look_at(scene)
			await _save("%s/%s.%s.png" % [OS.get_cmdline_user_args()[0], file.get_basename(), folder])
			scene.free()
	quit()


## Fit all tiles of the scene into the window.
func _look_at(scene: Node) -> void:
	var box: Rect2 = Rect2()
	for layer: Node in [scene] + scene.find_children("*", "TileMapLayer", true, false) + scene.find_children("*", "TileMap"):
		if layer is TileMapLayer or layer is TileMap:
			var used: Rect2i = layer.call(&"get_used_rect")
			for cell: Vector2i in [used.position, used.end, Vector2i(used.position.x, used.end.y), Vector2i(used.end.x, used.position.y)]:
				var local: Vector2 = layer.call(&"map_to_local", cell)
				var place: Vector2 = (layer as Node2D).global_transform * local
				box = Rect2(place, Vector2.ZERO) if box == Rect2() else box.expand(place)
	box = box.grow(MARGIN)
	var scale: float = minf(SIZE.x / box.size.x, SIZE.y / box.size.y)
	root.canvas_transform = Transform2D(0.0, Vector2.ONE * scale, 0.0, -box.position * scale)


func _save(path: String) -> void:
	for frame: int in 3:
		await process_frame
	await RenderingServer.frame_post_draw
	var error: Error = root.get_texture().get_image().save_png(path)
	assert(error == OK)
