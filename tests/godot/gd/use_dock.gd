@tool
extends EditorPlugin
## Uses the addon as its user does: presses the dock's buttons in an editor without a window, with the real
## backend behind them. Prints "OK ..." or "BAD ..." for each promise, then ends the editor.

const SCENE: String = "res://fresh.tscn"
const PATIENCE: float = 900.0  # seconds
const DiagnosticPanel = preload("res://addons/tilebake/editor/dock/diagnostic_panel.gd")
const LogWindow = preload("res://addons/tilebake/editor/dock/log_window.gd")
const MapList = preload("res://addons/tilebake/editor/dock/map_list.gd")
const SeedProperty = preload("res://addons/tilebake/editor/inspector/seed_property.gd")
const SettingsWindow = preload("res://addons/tilebake/editor/dock/settings_window.gd")
const TerrainRow = preload("res://addons/tilebake/editor/inspector/terrain_row.gd")

var _dock: Node


func _ready() -> void:
	_work.call_deferred()


func _work() -> void:
	await get_tree().process_frame
	while EditorInterface.get_resource_filesystem().is_scanning():
		await get_tree().process_frame
	EditorInterface.open_scene_from_path(SCENE)
	await _until("the scene is open", _is_open)
	for parent: Node in EditorInterface.get_base_control().find_children("Tilebake", "", true, false):
		_dock = parent
	await _until("the backend is found and ready", func() -> bool: return _has_label("The backend is ready."))
	await _bakes_the_scene()
	await _re_rolls()
	await _shows_terrains()
	await _sees_through()
	await _tells_mistakes()
	await _tests_the_program()
	EditorInterface.get_base_control().get_tree().quit()


func _bakes_the_scene() -> void:
	_press("Bake Scene")
	var painting: BakedTileMap = _painting()
	_check("one click makes the node", painting != null and painting.get_index() == 2)
	_check("with a row for each terrain", painting.terrains.keys() == ["forest", "grass", "path", "sand", "water"])
	_check("whose words tilebake.toml has", painting.terrains["grass"].prompt.is_empty())
	_check("or its name gives", painting.terrains["path"].prompt == "path")
	await _until("the painting is shown", func() -> bool: return painting.texture != null)
	_check("over its tiles", painting.transform * painting.get_rect() == Rect2(0, 0, 768, 512))
	await _until("the list says so", func() -> bool: return "up to date" in _list_words())
	_check("the node is up to date", painting.bake_state() == BakedTileMap.State.UP_TO_DATE)
	var _saved: Error = EditorInterface.save_scene()


func _re_rolls() -> void:
	var painting: BakedTileMap = _painting()
	var before: PackedByteArray = FileAccess.get_file_as_bytes(painting.texture.resource_path)
	var path: String = painting.texture.resource_path
	_list().asked.emit(MapList.Action.RE_ROLL, "maps/fresh.tilebake.json")
	_check("re-rolling changes the seed", painting.bake_seed != 0)
	await _until("and the picture", func() -> bool: return FileAccess.get_file_as_bytes(path) != before)
	var history: UndoRedo = get_undo_redo().get_history_undo_redo(
		get_undo_redo().get_object_history_id(painting))
	var undone: bool = history.undo()
	_check("and can be undone", undone and painting.bake_seed == 0)


func _shows_terrains() -> void:
	EditorInterface.edit_node(_painting())
	await _until("the inspector has a row a terrain", func() -> bool: return _rows().size() == 5)
	var rows: Array[Node] = _rows()
	_check("and a die beside the seed", _children_with(SeedProperty, EditorInterface.get_inspector()).size() == 1)
	(rows[1] as TerrainRow).changed.emit("purple grass", 2.0)
	_check("what is typed there counts", _painting().terrains["grass"].prompt == "purple grass")
	_check("and the weight too", _painting().terrains["grass"].weight == 2.0)


func _sees_through() -> void:
	EditorInterface.get_selection().clear()
	EditorInterface.get_selection().add_node(EditorInterface.get_edited_scene_root().get_child(0))
	for frame: int in 2:
		await get_tree().process_frame
	_check("see-through changes nothing that is saved", _painting().self_modulate == Color.WHITE)


func _tells_mistakes() -> void:
	_painting().settings = {"steps": -1}
	var _saved: Error = EditorInterface.save_scene()
	await _until("a mistake is told", func() -> bool: return "failed" in _list_words())
	_list().get_root().get_child(0).select(0)
	_list().item_selected.emit()
	var panel: DiagnosticPanel = _children_with(DiagnosticPanel, _dock)[0]
	_check("in words under the list", panel.visible and "steps" in _words_in(panel))
	_check("and as a warning at the node", "steps" in "".join(_painting()._get_configuration_warnings()))
	panel.go_asked.emit("maps/fresh.tilebake.json")
	_check("whose link leads to the node", EditorInterface.get_selection().get_selected_nodes() == [_painting()])
	var log_window: LogWindow = _children_with(LogWindow, _dock)[0]
	log_window.show_log("")
	log_window.hide()


func _tests_the_program() -> void:
	var window: SettingsWindow = _children_with(SettingsWindow, _dock)[0]
	window.show_settings()
	_press("Test", window)
	await _until("the program is tested", func() -> bool: return "works" in _words_in(window))


func _check(promise: String, holds: bool) -> void:
	print(("OK " if holds else "BAD ") + promise)


func _until(promise: String, fulfilled: Callable) -> void:
	var deadline: int = Time.get_ticks_msec() + int(PATIENCE * 1000.0)
	while fulfilled.call() == false and Time.get_ticks_msec() < deadline:
		await _seconds(0.1)
	var holds: bool = fulfilled.call()
	_check(promise, holds)


func _seconds(count: float) -> void:
	await get_tree().create_timer(count).timeout


func _is_open() -> bool:
	var root: Node = EditorInterface.get_edited_scene_root()
	return root != null and root.scene_file_path == SCENE


func _rows() -> Array[Node]:
	return _children_with(TerrainRow, EditorInterface.get_inspector())


func _painting() -> BakedTileMap:
	for child: Node in EditorInterface.get_edited_scene_root().get_children():
		if child is BakedTileMap:
			return child
	return null


func _list() -> MapList:
	return _children_with(MapList, _dock)[0]


func _list_words() -> String:
	var words: PackedStringArray = []
	for row: TreeItem in _list().get_root().get_children():
		words += PackedStringArray([row.get_tooltip_text(1)])
	return "\n".join(words)


func _has_label(text: String) -> bool:
	return text in _words_in(_dock)


func _words_in(parent: Node) -> String:
	var words: PackedStringArray = []
	for label: Label in parent.find_children("*", "Label", true, false):
		words += PackedStringArray([label.text])
	return "\n".join(words)


func _press(text: String, parent: Node = _dock) -> void:
	for button: Button in parent.find_children("*", "Button", true, false):
		if button.text == text:
			button.pressed.emit()


func _children_with(script: GDScript, parent: Node) -> Array[Node]:
	return parent.find_children("*", "", true, false).filter(
		func(child: Node) -> bool: return child.get_script() == script)
