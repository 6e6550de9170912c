@tool
extends "../shared/editor_checks.gd"
## Show where words work and try a re-theme, in an editor without a window and with the real backend.

const PreviewSession = preload("res://addons/tilebake/editor/previews/preview_session.gd")
const WordsPanelUser = preload("words_panel_user.gd")

const SCENE: String = "res://level.tscn"
const MAP: String = "res://maps/level.tilebake.json"
const PICTURE: String = "res://baked/maps/level.png"

var _user: WordsPanelUser = WordsPanelUser.new()
var _painting: BakedTileMap
var _session: PreviewSession


func describe_state() -> String:
	if _session == null or not _user.has_panel():
		return "no panel"
	var preview: TilebakePreviewView = _session.preview
	var status: String = "no preview" if preview == null else str(TilebakePreviewView.State.find_key(preview.state))
	return "%s; panel: %s" % [status, _user.visible_text().replace("\n", " | ")]


func test_start() -> void:
	await open_scene(SCENE)
	_painting = EditorInterface.get_edited_scene_root().get_node("Bake")
	_session = anywhere(PreviewSession)
	EditorInterface.edit_node(_painting)
	var _saved: Error = EditorInterface.save_scene()
	await until("a save shows the painting", func() -> bool: return _painting.texture != null, COLD_START)


func test_heat() -> void:
	_user.pick("grass")
	_user.chip("green").button_pressed = true
	check("pressing a word starts a preview", _session.preview != null and _user.chip("green").button_pressed)
	await until("the heat map of the word lies over the level", _session.is_shown, COLD_START)
	var heat: Image = _session.overlay.picture().get_image()
	check("the heat map has the map's pixels", heat.get_size() == Vector2i(64, 32))
	check("the heat map covers exactly the tiles", _covered() == Rect2(16, 8, 128, 64))
	var alphas: PackedFloat64Array = _sorted_alphas(heat)
	check("the heat map is transparent where the word does not work", alphas[0] < 0.1 and alphas[-1] > 0.5)
	check("the panel explains the heat map",
		"Glows where it works" in _user.visible_text() and _user.chip("green").button_pressed)
	check("the heat map adds no node to the scene", _painting.get_child_count() == 0)
	_user.chip("green").button_pressed = false
	check("pressing the word again removes the heat map", not _session.is_shown())


func test_trial() -> void:
	var map: PackedByteArray = FileAccess.get_file_as_bytes(MAP)
	var picture: PackedByteArray = FileAccess.get_file_as_bytes(PICTURE)
	_user.type("dry yellow sand")
	_user.slide("yellow", 3.0)
	_user.press("Try")
	await until("the trial lies over the level", _session.is_shown, COLD_START)
	check("the trial covers exactly the tiles", _covered() == Rect2(16, 8, 128, 64))
	check("the trial is another picture than the painting",
		_session.overlay.picture().get_image().get_data() != _painting.texture.get_image().get_data())
	check("the trial leaves the map file as it was", FileAccess.get_file_as_bytes(MAP) == map)
	check("the trial leaves the picture as it was", FileAccess.get_file_as_bytes(PICTURE) == picture)
	_user.press("Show or hide the preview, to compare")
	check("the eye hides the trial", not _session.overlay.is_visible() and _session.is_shown())
	_user.press("Close the preview")
	check("the close button removes the trial", not _session.is_shown())


func test_wrong_prompt() -> void:
	_user.type("dry ((yellow sand")
	_user.press("Try")
	await until("a wrong prompt is refused", func() -> bool: return _session.diagnostic != null)
	check("the panel shows what is wrong with the prompt and what to do",
		_session.diagnostic.what in _user.visible_text() and _session.diagnostic.hint in _user.visible_text())
	_user.type("dry yellow sand")


func test_other_selection() -> void:
	_user.press("Try")
	await until("another trial is under way", func() -> bool: return _session.preview != null and _session.preview.id > 0)
	EditorInterface.edit_node(EditorInterface.get_edited_scene_root())
	check("selecting another node ends the trial", _session.preview == null and _session.node == null)
	await seconds(1.0)
	check("a trial that was ended does not come back", not _session.is_shown())
	EditorInterface.edit_node(_painting)
	await until("selecting the painting shows the panel again", _user.has_panel)
	check("selecting another node drops the draft", _user.field().text.is_empty() and _user.button("Keep").disabled)


func test_keep() -> void:
	var before: PackedByteArray = FileAccess.get_file_as_bytes(PICTURE)
	_user.pick("grass")
	_user.type("dry yellow sand")
	_user.press("Try")
	await until("the trial to keep lies over the level", _session.is_shown)
	_user.press("Keep")
	var _saved: Error = EditorInterface.save_scene()
	await until("a save paints the edit that was kept", func() -> bool:
		return FileAccess.get_file_as_bytes(PICTURE) != before)
	await until("the new picture replaces the trial", func() -> bool: return not _session.is_shown())


func test_unsaved_level() -> void:
	var ground: TileMapLayer = EditorInterface.get_edited_scene_root().get_node("Ground")
	ground.set_cell(Vector2i(5, 0), 0, Vector2i.ZERO)
	_user.press("Try")
	check("a level that is not saved has no trial", "Save the scene, then try again" in _user.visible_text())


## Return what the preview covers in the scene.
func _covered() -> Rect2:
	return _session.overlay.image_transform() * Rect2(Vector2.ZERO, _session.overlay.picture().get_size())


func _sorted_alphas(image: Image) -> PackedFloat64Array:
	var alphas: PackedFloat64Array = []
	for y: int in image.get_height():
		for x: int in image.get_width():
			var _full: bool = alphas.append(image.get_pixel(x, y).a)
	alphas.sort()
	return alphas
