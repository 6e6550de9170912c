@tool
extends "editor_checks.gd"
## Photograph the editor. Plugins that take the pictures of docs/ extend this.
##
## The environment variable SCREENSHOTS names the folder of the pictures.

const Dock = preload("res://addons/tilebake/editor/dock/dock.gd")


## Save a photo of the whole window, or of a part of it.
func photograph(title: String, part_of_it: Control = null) -> void:
	EditorInterface.get_base_control().queue_redraw()  # the editor draws only what changes
	await RenderingServer.frame_post_draw
	var image: Image = get_tree().root.get_texture().get_image()
	if part_of_it != null:
		image = image.get_region(Rect2i(part_of_it.get_global_rect()))
	var error: Error = image.save_png(OS.get_environment("SCREENSHOTS").path_join(title + ".png"))
	check("the photo %s is saved" % title, error == OK)


## Open a scene to be looked at, with the dock in front.
func show_scene(path: String) -> void:
	await open_scene(path)
	EditorInterface.set_main_screen_editor("2D")
	bring_to_front(dock())
	await seconds(1.0)


func dock() -> Dock:
	return anywhere(Dock)


## Make the inspector taller by some pixels, at the cost of the dock under it.
func heighten_inspector(pixels: int) -> void:
	var part_of_window: Node = EditorInterface.get_inspector()
	while not (part_of_window is SplitContainer and (part_of_window as SplitContainer).vertical):
		part_of_window = part_of_window.get_parent()
	(part_of_window as SplitContainer).split_offset = pixels


## Fill the 2D view with what is selected, as its menu does.
func frame_selection() -> void:
	for menu: PopupMenu in EditorInterface.get_base_control().find_children("*", "PopupMenu", true, false):
		for index: int in menu.item_count:
			if menu.get_item_text(index) == "Frame Selection":
				menu.id_pressed.emit(menu.get_item_id(index))
				return
