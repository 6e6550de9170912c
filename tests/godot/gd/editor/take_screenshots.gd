@tool
extends EditorPlugin
## Take screenshots of the demo in the editor: painted, with previews, and while it is painted.
##
## The environment variable SCREENSHOTS names their folder. The plugin ends the editor when it is done.

const SCENE: String = "res://demo/demo.tscn"
const PATIENCE: float = 300.0  # seconds
## A new pond, painted into the meadow to have something baked.
const POND: Rect2i = Rect2i(17, 3, 4, 2)
const INSPECTOR_HEIGHT: int = 260  # more than the editor gives it
const WATER: Vector2i = Vector2i(0, 2)
const PreviewSession = preload("res://addons/tilebake/editor/previews/preview_session.gd")
const WordsPanelUser = preload("words_panel_user.gd")

var _folder: String = OS.get_environment("SCREENSHOTS")


func _ready() -> void:
	_work.call_deferred()


func _work() -> void:
	await _seconds(3.0)
	EditorInterface.open_scene_from_path(SCENE)
	EditorInterface.set_main_screen_editor("2D")
	await _seconds(1.0)
	_bring_up_dock()
	var painting: BakedTileMap = EditorInterface.get_edited_scene_root().get_node("Painting")
	var _saved: Error = EditorInterface.save_scene()
	await _until("the picture", func() -> bool: return painting.texture != null)
	EditorInterface.edit_node(painting)
	await _seconds(4.0)
	await _take_screenshot("editor")
	await _show_previews()
	await _paint_pond()
	await _take_screenshot("baking")
	get_tree().quit()


## Take screenshots of a heat map and of a trial.
func _show_previews() -> void:
	var session: PreviewSession = get_tree().root.find_children("*", "", true, false).filter(
		func(node: Node) -> bool: return node.get_script() == PreviewSession)[0]
	var user: WordsPanelUser = WordsPanelUser.new()
	_make_room(INSPECTOR_HEIGHT)
	user.pick("grass")
	user.chip("grass").button_pressed = true
	await _until("the heat map", session.is_shown)
	await user.scroll_to_panel()
	await _take_screenshot("words")
	user.type("dry yellow grass")
	user.slide("dry", 2.0)
	user.press("Try")
	await _until("the trial", session.is_shown)
	await user.scroll_to_panel()
	await _take_screenshot("retheme")
	session.clear()
	_make_room(0)


## Make the inspector taller by some pixels, at the cost of the dock under it.
func _make_room(pixels: int) -> void:
	var part: Node = EditorInterface.get_inspector()
	while not (part is SplitContainer and (part as SplitContainer).vertical):
		part = part.get_parent()
	(part as SplitContainer).split_offset = pixels


func _paint_pond() -> void:
	var ground: TileMapLayer = EditorInterface.get_edited_scene_root().get_node("Ground")
	for y: int in POND.size.y:
		for x: int in POND.size.x:
			ground.set_cell(POND.position + Vector2i(x, y), 0, WATER)
	EditorInterface.get_selection().clear()
	EditorInterface.get_selection().add_node(ground)
	EditorInterface.edit_node(ground)
	var _saved: Error = EditorInterface.save_scene()
	await _until("half of the bake", _is_half_painted)
	await _seconds(1.5)


func _is_half_painted() -> bool:
	return EditorInterface.get_base_control().find_children("*", "ProgressBar", true, false).any(
		func(bar: ProgressBar) -> bool: return bar.is_visible_in_tree() and bar.value * 2.0 >= bar.max_value)


## Bring the dock to the front: every dock is in a tab of its own.
func _bring_up_dock() -> void:
	var dock: Node = EditorInterface.get_base_control().find_child("Tilebake", true, false)
	while dock != null:
		if dock.get_parent() is TabContainer:
			(dock.get_parent() as TabContainer).current_tab = dock.get_index()
		dock = dock.get_parent()


func _until(what: String, fulfilled: Callable) -> void:
	var deadline: int = Time.get_ticks_msec() + int(PATIENCE * 1000.0)
	while fulfilled.call() == false:
		if Time.get_ticks_msec() > deadline:
			printerr("LATE: %s did not happen within %d s" % [what, int(PATIENCE)])
			return
		await _seconds(0.2)


func _seconds(count: float) -> void:
	await get_tree().create_timer(count).timeout


func _take_screenshot(title: String) -> void:
	EditorInterface.get_base_control().queue_redraw()  # the editor draws only what changes
	await RenderingServer.frame_post_draw
	var error: Error = get_tree().root.get_texture().get_image().save_png(_folder.path_join(title + ".png"))
	print("SCREENSHOT %s %s" % [title, error_string(error)])
