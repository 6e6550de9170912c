@tool
extends "../shared/photos.gd"
## Photograph the demo in the editor, with a heat map and with a trial of another prompt.

const SCENE: String = "res://demo/demo.tscn"
const HEIGHT: int = 260  # of the inspector, more than the editor gives it
const PreviewSession = preload("res://addons/tilebake/editor/previews/preview_session.gd")
const WordsPanelUser = preload("words_panel_user.gd")

var _user: WordsPanelUser = WordsPanelUser.new()


func test_heat_map() -> void:
	await show_scene(SCENE)
	var painting: BakedTileMap = EditorInterface.get_edited_scene_root().get_node("Painting")
	await until("the picture is shown", func() -> bool: return painting.texture != null)
	EditorInterface.edit_node(painting)
	heighten_inspector(HEIGHT)
	await until("the inspector has the panel of words", _user.has_panel)
	await until("the backend is ready", func() -> bool: return "The backend is ready." in text_in(dock()), COLD_START)
	_user.pick("grass")
	_user.chip("grass").button_pressed = true
	await until("the heat map is shown", _session().is_shown, COLD_START)
	await _user.scroll_to_panel()
	await photograph("words")


func test_trial() -> void:
	_user.type("dry yellow grass")
	_user.slide("dry", 2.0)
	_user.press("Try")
	await until("the trial is shown", _session().is_shown, COLD_START)
	await _user.scroll_to_panel()
	await photograph("retheme")


func _session() -> PreviewSession:
	return anywhere(PreviewSession)
