@tool
extends EditorPlugin
## Uses the dock by its keys and its menu while maps are painted, in an editor without a window and with the real
## backend. Prints "OK ..." or "BAD ..." for each promise, then ends the editor in the midst of a bake.

const LEVEL: String = "maps/level.tilebake.json"
const LONG: String = "maps/long.tilebake.json"
const SCENE: String = "res://level.tscn"
const PATIENCE: float = 200.0  # seconds
const Dock = preload("res://addons/tilebake/editor/dock/dock.gd")
const JobPanel = preload("res://addons/tilebake/editor/dock/job_panel.gd")
const MapList = preload("res://addons/tilebake/editor/dock/map_list.gd")

var _dock: Dock
var _list: MapList
var _panel: JobPanel
var _coordinator: TilebakeBakeCoordinator
## How often each map's jobs came into a state: "maps/a.tilebake.json done".
var _seen: Dictionary[String, int] = {}


func _ready() -> void:
	_work.call_deferred()


func _work() -> void:
	var base: Control = EditorInterface.get_base_control()
	_dock = _parts(Dock, base)[0]
	_list = _parts(MapList, _dock)[0]
	_panel = _parts(JobPanel, _dock)[0]
	_coordinator = base.get_tree().root.find_children("*", "TilebakeBakeCoordinator", true, false)[0]
	var error: Error = _coordinator.job_changed.connect(_on_job_changed) as Error
	assert(error == OK)
	_bring_up_dock()
	await _cancels()
	await _goes_by_keys()
	await _shows_previews()
	get_tree().quit()


## At its start the backend paints what is stale.
func _cancels() -> void:
	await _until("a stale map is being painted", func() -> bool: return _is_running(LONG))
	_check("the panel names it", "Painting long" in _words_in(_panel))
	var stop: Button = _button(_panel, "Cancel this bake")
	stop.pressed.emit()
	await _until("the button ends it", func() -> bool: return _count(LONG, "cancelled") == 1)
	await _until("the panel closes", func() -> bool: return not _panel.visible)
	await _until("the other map is up to date", func() -> bool: return _state_of(LEVEL) == "up to date")
	await _until("and this one is not", func() -> bool: return _state_of(LONG) == "stale")


func _goes_by_keys() -> void:
	_list.grab_focus()
	_check("the list takes the keyboard", _list.has_focus())
	await _press(KEY_DOWN)
	_check("down chooses the first map", _list.selected_map() == LEVEL)
	await _press(KEY_DOWN)
	_check("and then the next", _list.selected_map() == LONG)
	await _press(KEY_UP)
	_check("up goes back", _list.selected_map() == LEVEL)
	await _press(KEY_ENTER)
	await _until("Enter opens its scene", func() -> bool: return _scene() == SCENE)
	await _until("and selects its painting", func() -> bool:
		return EditorInterface.get_selection().get_selected_nodes() == [_painting()])
	_list.grab_focus()
	var painted: int = _count(LEVEL, "done")
	await _press(KEY_R)
	await _until("R rolls another seed", func() -> bool: return _painting().bake_seed != 0)
	await _until("which is painted", func() -> bool: return _count(LEVEL, "done") > painted)
	await _opens_folders()
	await _opens_its_menu()


func _opens_folders() -> void:
	await _press(KEY_F)
	var opened: String = OS.get_environment("OPENED")
	await _until("F opens a folder", func() -> bool: return FileAccess.file_exists(opened))
	var folder: String = ProjectSettings.globalize_path("res://baked/maps")
	_check("that of the picture", FileAccess.get_file_as_string(opened).strip_edges() == folder)


func _opens_its_menu() -> void:
	var menu: PopupMenu = _list.find_children("*", "PopupMenu", false, false)[0]
	await _press(KEY_MENU)
	await _until("the menu key opens the menu", func() -> bool: return menu.visible)
	var words: PackedStringArray = []
	for index: int in menu.item_count:
		words += PackedStringArray([menu.get_item_text(index)])
	var all: PackedStringArray = ["Bake", "Re-roll the Seed", "Open the Scene", "Open the Folder"]
	_check("which lists what can be done", words == all)
	menu.hide()
	await _seconds(0.3)
	_list.pick(LONG)
	var row: Rect2 = _list.get_item_area_rect(_list.get_selected())
	for is_down: bool in [true, false]:
		var click: InputEventMouseButton = InputEventMouseButton.new()
		click.button_index = MOUSE_BUTTON_RIGHT
		click.pressed = is_down
		click.position = _list.get_global_transform_with_canvas() * (row.position + Vector2(20, 8))
		click.global_position = click.position
		_list.get_viewport().push_input(click, true)
	await _until("a right click opens it too", func() -> bool:
		return menu.visible and _list.selected_map() == LONG)
	menu.id_pressed.emit(MapList.Action.BAKE)
	menu.hide()
	await _until("and Bake bakes that map", func() -> bool: return _is_running(LONG))


func _shows_previews() -> void:
	var picture: TextureRect = _panel.find_children("*", "TextureRect", true, false)[0]
	await _until("the picture so far appears", func() -> bool: return picture.texture != null and picture.visible)
	_check("small", picture.texture != null and picture.texture.get_width() > 0)
	_check("while it is painted", _is_running(LONG))
	var bar: ProgressBar = _panel.find_children("*", "ProgressBar", true, false)[0]
	await _until("with its progress", func() -> bool: return bar.max_value == 1000.0 and bar.value > 0.0)


func _on_job_changed(view: Dictionary) -> void:
	var key: String = "%s %s" % [view["map_id"], view["state"]]
	_seen[key] = _seen.get(key, 0) + 1


func _count(map_id: String, state: String) -> int:
	return _seen.get("%s %s" % [map_id, state], 0)


func _is_running(map_id: String) -> bool:
	return _coordinator.jobs().any(func(view: Dictionary) -> bool:
		return view["map_id"] == map_id and view["state"] == "running") and _panel.visible


func _state_of(map_id: String) -> String:
	for view: Dictionary in _coordinator.maps():
		if view["id"] == map_id:
			return view["state"]
	return ""


func _press(key: Key) -> void:
	for is_down: bool in [true, false]:
		var event: InputEventKey = InputEventKey.new()
		event.keycode = key
		event.physical_keycode = key
		event.pressed = is_down
		_list.get_viewport().push_input(event, true)
	await _seconds(0.3)


## Every dock is in a tab of its own: ours comes to the front.
func _bring_up_dock() -> void:
	var inner: Node = _dock
	while inner != null:
		if inner.get_parent() is TabContainer:
			(inner.get_parent() as TabContainer).current_tab = inner.get_index()
		inner = inner.get_parent()


func _scene() -> String:
	var root: Node = EditorInterface.get_edited_scene_root()
	return "" if root == null else root.scene_file_path


func _painting() -> BakedTileMap:
	return EditorInterface.get_edited_scene_root().find_children("*", "BakedTileMap", true, false)[0]


func _words_in(parent: Node) -> String:
	var words: PackedStringArray = []
	for label: Label in parent.find_children("*", "Label", true, false):
		words += PackedStringArray([label.text])
	return "\n".join(words)


func _button(parent: Node, tooltip: String) -> Button:
	for button: Button in parent.find_children("*", "Button", true, false):
		if button.tooltip_text == tooltip:
			return button
	return null


func _parts(script: GDScript, parent: Node) -> Array[Node]:
	return parent.find_children("*", "", true, false).filter(
		func(child: Node) -> bool: return child.get_script() == script)


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
