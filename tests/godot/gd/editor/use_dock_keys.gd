@tool
extends "../shared/editor_checks.gd"
## Use the dock by its keys and its menu while maps are painted, in an editor without a window and with the real
## backend. The editor ends in the middle of a bake.

const Dock = preload("res://addons/tilebake/editor/dock/dock.gd")
const JobPanel = preload("res://addons/tilebake/editor/dock/job_panel.gd")
const MapList = preload("res://addons/tilebake/editor/dock/map_list.gd")

const LEVEL: String = "maps/level.tilebake.json"
const LONG: String = "maps/long.tilebake.json"
const SCENE: String = "res://level.tscn"

var _dock: Dock
var _list: MapList
var _panel: JobPanel
var _coordinator: TilebakeBakeCoordinator
## How often a job of a map has come into a state.
var _seen: Dictionary[Array, int] = {}


func describe_state() -> String:
	return "dock: %s; jobs: %s" % [text_in(_dock).replace("\n", " | "), _seen]


## At its start the backend paints what is stale.
func test_cancel() -> void:
	_dock = part(Dock, EditorInterface.get_base_control())
	_list = part(MapList, _dock)
	_panel = part(JobPanel, _dock)
	_coordinator = get_tree().root.find_children("*", "TilebakeBakeCoordinator", true, false)[0]
	var error: Error = _coordinator.job_changed.connect(_on_job_changed) as Error
	assert(error == OK)
	bring_to_front(_dock)
	await until("the backend paints a stale map at its start", func() -> bool: return _is_running(LONG), COLD_START)
	check("the job panel names the map that is painted", "Painting long" in text_in(_panel))
	button_in(_panel, "Cancel this bake").pressed.emit()
	await until("Cancel ends the bake", func() -> bool: return _count(LONG, TilebakeJobView.State.CANCELLED) == 1)
	await until("the job panel closes after Cancel", func() -> bool: return not _panel.visible)
	await until("the other map becomes up to date", func() -> bool:
		return _is_in_state(LEVEL, TilebakeMapView.State.UP_TO_DATE), COLD_START)
	await until("the cancelled map stays stale", func() -> bool:
		return _is_in_state(LONG, TilebakeMapView.State.STALE))


func test_arrow_keys() -> void:
	_list.grab_focus()
	check("the list takes the keyboard focus", _list.has_focus())
	await _press(KEY_DOWN)
	check("Down selects the first map", _list.selected_map() == LEVEL)
	await _press(KEY_DOWN)
	check("Down again selects the second map", _list.selected_map() == LONG)
	await _press(KEY_UP)
	check("Up selects the first map again", _list.selected_map() == LEVEL)


func test_enter_key() -> void:
	await _press(KEY_ENTER)
	await until("Enter opens the map's scene", func() -> bool: return open_scene_path() == SCENE)
	await until("Enter selects the map's painting", func() -> bool:
		return EditorInterface.get_selection().get_selected_nodes() == [_painting()])


func test_r_key() -> void:
	_list.grab_focus()
	var painted: int = _count(LEVEL, TilebakeJobView.State.DONE)
	await _press(KEY_R)
	await until("R rolls another seed", func() -> bool: return _painting().bake_seed != 0)
	await until("a re-rolled map is painted", func() -> bool:
		return _count(LEVEL, TilebakeJobView.State.DONE) > painted)


func test_f_key() -> void:
	await _press(KEY_F)
	var opened: String = OS.get_environment("OPENED")
	await until("F opens a folder", func() -> bool: return FileAccess.file_exists(opened))
	var folder: String = ProjectSettings.globalize_path("res://baked/maps")
	var shown: String = FileAccess.get_file_as_string(opened).strip_edges().trim_prefix("file://")
	check("F opens the folder of the picture", shown == folder)


func test_menu() -> void:
	var menu: PopupMenu = _list.find_children("*", "PopupMenu", false, false)[0]
	await _press(KEY_MENU)
	await until("the menu key opens the menu", func() -> bool: return menu.visible)
	var items: PackedStringArray = []
	for index: int in menu.item_count:
		items += PackedStringArray([menu.get_item_text(index)])
	var all: PackedStringArray = ["Bake", "Re-roll the Seed", "Open the Scene", "Open the Folder"]
	check("the menu lists every action", items == all)
	menu.hide()
	await seconds(0.3)
	_list.pick(LONG)
	_right_click(_list.get_item_area_rect(_list.get_selected()).position + Vector2(20, 8))
	await until("a right click opens the menu", func() -> bool:
		return menu.visible and _list.selected_map() == LONG)
	menu.id_pressed.emit(MapList.TilebakeMapAction.BAKE)
	menu.hide()
	await until("Bake in the menu bakes the map", func() -> bool: return _is_running(LONG))


func test_progress_image() -> void:
	var picture: TextureRect = _panel.find_children("*", "TextureRect", true, false)[0]
	await until("the job panel shows a progress image", func() -> bool:
		return picture.texture != null and picture.visible)
	await until("the job panel says that it shows a sketch", func() -> bool:
		return "A sketch. The full painting follows." in _visible_text_in(_panel))
	check("the progress image has pixels", picture.texture != null and picture.texture.get_width() > 0)
	check("the progress image comes while the map is painted", _is_running(LONG))
	var bar: ProgressBar = _panel.find_children("*", "ProgressBar", true, false)[0]
	await until("the progress bar shows the steps", func() -> bool: return bar.max_value == 600.0 and bar.value > 0.0)
	await until("the job panel says nothing of a sketch once there is more to show", func() -> bool:
		return _is_running(LONG) and "sketch" not in _visible_text_in(_panel))


static func _visible_text_in(parent: Node) -> String:
	return "\n".join(parent.find_children("*", "Label", true, false)
		.filter(func(label: Label) -> bool: return label.is_visible_in_tree())
		.map(func(label: Label) -> String: return label.text))


func _on_job_changed(job: TilebakeJobView) -> void:
	var key: Array = [job.map_id, job.state]
	_seen[key] = _seen.get(key, 0) + 1


func _count(map_id: String, state: TilebakeJobView.State) -> int:
	return _seen.get([map_id, state], 0)


func _is_running(map_id: String) -> bool:
	return _panel.visible and _coordinator.jobs().any(func(job: TilebakeJobView) -> bool:
		return job.map_id == map_id and job.state == TilebakeJobView.State.RUNNING)


func _is_in_state(map_id: String, state: TilebakeMapView.State) -> bool:
	var map: TilebakeMapView = _coordinator.map(map_id)
	return map != null and map.state == state


func _press(key: Key) -> void:
	for is_down: bool in [true, false]:
		var event: InputEventKey = InputEventKey.new()
		event.keycode = key
		event.physical_keycode = key
		event.pressed = is_down
		_list.get_viewport().push_input(event, true)
	await seconds(0.3)


func _right_click(place: Vector2) -> void:
	for is_down: bool in [true, false]:
		var click: InputEventMouseButton = InputEventMouseButton.new()
		click.button_index = MOUSE_BUTTON_RIGHT
		click.pressed = is_down
		click.position = _list.get_global_transform_with_canvas() * place
		click.global_position = click.position
		_list.get_viewport().push_input(click, true)


func _painting() -> BakedTileMap:
	return EditorInterface.get_edited_scene_root().find_children("*", "BakedTileMap", true, false)[0]
