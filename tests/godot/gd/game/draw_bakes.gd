extends SceneTree
## Draw scenes twice, with their tiles alone and with their paintings alone, and save both frames.
##
## Arguments: the folder for the frames, then NAME=SCENE=TRANSFORM for each, where TRANSFORM is empty or
## "degrees,scale,x,y" for the scene's root. Prints the transform from map pixels to the frame: "PLACE name [...]".

const BakeRecord = preload("res://addons/tilebake/nodes/bake_record.gd")
const BACKGROUND: Color = Color(1.0, 0.0, 1.0)
const SIZE: Vector2i = Vector2i(1400, 1000)


func _initialize() -> void:
	root.size = SIZE
	RenderingServer.set_default_clear_color(BACKGROUND)
	_draw_all.call_deferred()


func _draw_all() -> void:
	var arguments: PackedStringArray = OS.get_cmdline_user_args()
	for job: String in arguments.slice(1):
		await _draw(arguments[0], job.get_slice("=", 0), job.get_slice("=", 1), job.get_slice("=", 2))
	quit()


func _draw(folder: String, name: String, path: String, moved: String) -> void:
	var packed: PackedScene = load(path)
	var scene: Node2D = packed.instantiate()
	for camera: Node in scene.find_children("*", "Camera2D"):
		camera.free()
	if not moved.is_empty():
		var numbers: PackedFloat64Array = moved.split_floats(",")
		var place: Vector2 = Vector2(numbers[2], numbers[3])
		scene.transform = Transform2D(deg_to_rad(numbers[0]), Vector2.ONE * numbers[1], 0.0, place)
	var painting: BakedTileMap = scene.find_children("*", "Sprite2D")[0]
	painting.hide_tiles = false
	root.add_child(scene)
	var texture_path: String = TilebakeMapPaths.texture_path(
		TilebakeMapPaths.map_path(painting))
	painting.show_bake(load(texture_path) as Texture2D, BakeRecord.bounds_of(texture_path))
	painting.texture_filter = CanvasItem.TEXTURE_FILTER_NEAREST
	root.canvas_transform = Transform2D(0.0, Vector2(SIZE) / 2.0 - _middle(painting))
	var layers: Array[Node] = painting.source_layers()
	var space: Transform2D = root.canvas_transform * (painting.map_layer() as Node2D).global_transform
	for layer: CanvasItem in layers:
		layer.texture_filter = CanvasItem.TEXTURE_FILTER_NEAREST
	painting.hide()
	await _save(folder.path_join(name + ".tiles.png"))
	painting.show()
	for layer: CanvasItem in layers:
		layer.hide()
	await _save(folder.path_join(name + ".painting.png"))
	print("PLACE %s %s" % [name, [space.x.x, space.x.y, space.y.x, space.y.y, space.origin.x, space.origin.y]])
	scene.free()


func _middle(painting: BakedTileMap) -> Vector2:
	return painting.global_transform * painting.get_rect().get_center()


func _save(path: String) -> void:
	for frame: int in 2:
		await process_frame
	await RenderingServer.frame_post_draw
	var error: Error = root.get_texture().get_image().save_png(path)
	assert(error == OK)
