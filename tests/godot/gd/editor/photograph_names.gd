@tool
extends EditorPlugin
## Take a screenshot of the names that are proposed for a scene's tiles, in the inspector of its painting.
##
## The environment variable SCREENSHOTS names the folder. The plugin ends the editor when it is done.

const SCENE: String = "res://town.tscn"
const INSPECTOR_HEIGHT: int = 420  # more than the editor gives it
const Dock = preload("res://addons/tilebake/editor/dock/dock.gd")
const NamingPanel = preload("res://addons/tilebake/editor/inspector/naming/naming_panel.gd")


func _ready() -> void:
	_work.call_deferred()


func _work() -> void:
	await _seconds(3.0)
	EditorInterface.open_scene_from_path(SCENE)
	EditorInterface.set_main_screen_editor("2D")
	await _seconds(2.0)
	var dock: Node = _find(Dock, get_tree().root)
	for button: Button in dock.find_children("*", "Button", true, false):
		if button.text == "Bake Scene":
			button.pressed.emit()
	await _seconds(3.0)
	_make_room(INSPECTOR_HEIGHT)
	await _seconds(2.0)
	var panel: Control = _find(NamingPanel, EditorInterface.get_inspector())
	EditorInterface.get_base_control().queue_redraw()
	await RenderingServer.frame_post_draw
	var image: Image = get_tree().root.get_texture().get_image()
	var error: Error = image.save_png(OS.get_environment("SCREENSHOTS").path_join("names.png"))
	print("SCREENSHOT names %s %s" % [error_string(error), panel.get_global_rect()])
	get_tree().quit()


## Make the inspector taller by some pixels, at the cost of the dock under it.
func _make_room(pixels: int) -> void:
	var part: Node = EditorInterface.get_inspector()
	while not (part is SplitContainer and (part as SplitContainer).vertical):
		part = part.get_parent()
	(part as SplitContainer).split_offset = pixels


func _find(script: GDScript, parent: Node) -> Node:
	return parent.find_children("*", "", true, false).filter(
		func(node: Node) -> bool: return node.get_script() == script)[0]


func _seconds(count: float) -> void:
	await get_tree().create_timer(count).timeout
