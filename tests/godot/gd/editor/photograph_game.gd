@tool
extends "../shared/photos.gd"
## Press Bake Scene in a small game that nobody has named anything in, and photograph what comes of it: the names that
## are proposed, the sketch in the dock, and the painting.

const SCENE: String = "res://village.tscn"
const JobPanel = preload("res://addons/tilebake/editor/dock/job_panel.gd")
const HEIGHT: int = 110  # of the inspector, more than the editor gives it


func test_sketch() -> void:
	await until("the backend is ready", func() -> bool: return "The backend is ready." in text_in(dock()), COLD_START)
	await show_scene(SCENE)
	button_in(dock(), "Bake Scene").pressed.emit()
	var panel: JobPanel = part(JobPanel, dock())
	await until("the dock shows a sketch", func() -> bool: return (panel._sketch as Label).is_visible_in_tree(), COLD_START)
	await seconds(0.5)
	await photograph("sketch", dock())


func test_painting() -> void:
	var painting: BakedTileMap = TilebakeLayerList.baked_in(EditorInterface.get_edited_scene_root())[0]
	await until("the painting is shown", func() -> bool: return painting.texture != null, COLD_START)
	await until("nothing is painted any more", func() -> bool: return "The backend is ready." in text_in(dock()))
	await save_scene()
	EditorInterface.get_selection().clear()
	EditorInterface.get_selection().add_node(painting)
	EditorInterface.edit_node(painting)
	frame_selection()
	await seconds(2.0)
	await photograph("editor")


func test_names() -> void:
	heighten_inspector(HEIGHT)
	await seconds(1.0)
	await photograph("names", EditorInterface.get_inspector())
