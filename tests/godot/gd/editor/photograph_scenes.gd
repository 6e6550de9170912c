@tool
extends "../shared/editor_checks.gd"
## Save a photo of the 2D view of each scene of res://scenes, with nothing selected and then with a layer, as it is in the
## editor. The folder for them is named by the environment variable PHOTOS.

const FRAMES: int = 4  # until what has changed is drawn


func test_each_scene() -> void:
	EditorInterface.set_main_screen_editor("2D")
	OS.low_processor_usage_mode = false  # draw each frame, whether something has changed or not
	for file: String in DirAccess.get_files_at("res://scenes"):
		await open_scene("res://scenes/" + file)
		var root: Node = EditorInterface.get_edited_scene_root()
		var layers: Array[Node] = root.find_children("*", "TileMapLayer") + root.find_children("*", "TileMap")
		await _select(null)
		_save(file.get_basename())
		await _select(root if layers.is_empty() else layers[0])
		_save(file.get_basename() + ".layer")
		check("%s is photographed" % file, true)


func _select(node: Node) -> void:
	EditorInterface.get_selection().clear()
	if node != null:
		EditorInterface.get_selection().add_node(node)
	for frame: int in FRAMES:
		await RenderingServer.frame_post_draw


func _save(name_of_it: String) -> void:
	var view: SubViewport = EditorInterface.get_editor_viewport_2d()
	view.canvas_item_default_texture_filter = Viewport.DEFAULT_CANVAS_ITEM_TEXTURE_FILTER_NEAREST
	var image: Image = view.get_texture().get_image()
	var error: Error = image.save_png(OS.get_environment("PHOTOS").path_join(name_of_it + ".png"))
	check("the photo of %s is saved" % name_of_it, error == OK)
