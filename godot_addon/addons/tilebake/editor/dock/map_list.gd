@tool
extends Tree
## List every map of the project with its picture and its state.

signal picked(map_id: String)
signal asked(action: TilebakeMapAction, map_id: String)

enum TilebakeMapAction { BAKE, RE_ROLL, OPEN_SCENE, SHOW_FOLDER }

const TilebakeMapStatusText = preload("map_status_text.gd")
const TilebakeSignals = preload("../../nodes/signals.gd")
const TilebakeUi = preload("ui.gd")
const THUMBNAIL: float = 40.0
## What can be asked of a map: its label, its icon, its key.
const ACTIONS: Dictionary[TilebakeMapAction, Array] = {
	TilebakeMapAction.BAKE: ["Bake", &"Reload", KEY_B],
	TilebakeMapAction.RE_ROLL: ["Re-roll the Seed", &"RandomNumberGenerator", KEY_R],
	TilebakeMapAction.OPEN_SCENE: ["Open the Scene", &"PackedScene", KEY_O],
	TilebakeMapAction.SHOW_FOLDER: ["Open the Folder", &"Folder", KEY_F],
}
const BUTTONS: Array[TilebakeMapAction] = [TilebakeMapAction.BAKE, TilebakeMapAction.RE_ROLL]

var _rows: Dictionary[String, TreeItem] = {}
var _menu: PopupMenu = PopupMenu.new()


func _init() -> void:
	columns = 2
	hide_root = true
	hide_folding = true
	allow_search = false
	allow_rmb_select = true
	select_mode = Tree.SELECT_ROW
	size_flags_vertical = Control.SIZE_EXPAND_FILL
	custom_minimum_size.y = TilebakeUi.scale(120)
	set_column_expand(1, false)
	set_column_clip_content(0, true)
	var _root: TreeItem = create_item()
	_fill_menu()
	TilebakeSignals.on(item_selected, func() -> void: picked.emit(selected_map()))
	TilebakeSignals.on(item_activated, _ask.bind(TilebakeMapAction.OPEN_SCENE))
	TilebakeSignals.on(item_mouse_selected, _on_mouse_selected)
	TilebakeSignals.on(button_clicked, _on_button_clicked)


func _gui_input(event: InputEvent) -> void:
	if not event.is_pressed() or event.is_echo():
		return  # an item of the menu takes the release of its key too
	if event.is_action_pressed(&"ui_menu") and not selected_map().is_empty():
		_open_menu(get_screen_position() + get_item_area_rect(get_selected()).end)
		accept_event()
	elif not selected_map().is_empty() and _menu.activate_item_by_event(event):
		accept_event()


## Return the selected map's id; empty where none is selected.
func selected_map() -> String:
	var row: TreeItem = get_selected()
	return str(row.get_metadata(0)) if row != null else ""


## Select a map as a click would.
func pick(map_id: String) -> void:
	if map_id in _rows:
		_rows[map_id].select(0)


func clear_maps() -> void:
	_rows.clear()
	clear()
	var _root: TreeItem = create_item()


## Show the status of a map; one that is gone leaves the list.
func show_map(map: TilebakeMapView) -> void:
	if map.state == TilebakeMapView.State.GONE:
		_drop(map.id)
		return
	var row: TreeItem = _row_of(map.id)
	var reason: String = TilebakeMapStatusText.reason_of(map)
	row.set_icon(1, TilebakeUi.icon(TilebakeMapStatusText.icon_of(map)))
	var status: String = map.state_text() if reason.is_empty() else "%s: %s" % [map.state_text(), reason]
	row.set_tooltip_text(1, "\n".join([status, TilebakeMapStatusText.notes_of(map)]).strip_edges())


## Show the picture at a path as a map's thumbnail.
func show_picture(map_id: String, texture_path: String) -> void:
	EditorInterface.get_resource_previewer().queue_resource_preview(texture_path, self, &"_on_thumbnail", map_id)


func _on_thumbnail(_path: String, preview: Texture2D, _small: Texture2D, map_id: String) -> void:
	if map_id in _rows and preview != null:
		_rows[map_id].set_icon(0, preview)


func _row_of(map_id: String) -> TreeItem:
	if map_id not in _rows:
		_rows[map_id] = _new_row(map_id)
	return _rows[map_id]


func _new_row(map_id: String) -> TreeItem:
	var ids: Array[String] = _rows.keys()
	ids.append(map_id)
	ids.sort()
	var row: TreeItem = create_item(null, ids.find(map_id))
	row.set_metadata(0, map_id)
	row.set_text(0, TilebakeMapStatusText.name_of(map_id))
	row.set_tooltip_text(0, map_id)
	row.set_icon(0, TilebakeUi.icon(&"ImageTexture"))
	row.set_icon_max_width(0, roundi(TilebakeUi.scale(THUMBNAIL)))
	row.custom_minimum_height = roundi(TilebakeUi.scale(THUMBNAIL))
	for action: TilebakeMapAction in BUTTONS:
		var shown: Array = ACTIONS[action]
		var icon_name: StringName = shown[1]
		row.add_button(1, TilebakeUi.icon(icon_name), action, false, str(shown[0]))
	return row


func _drop(map_id: String) -> void:
	if map_id in _rows:
		_rows[map_id].free()
		var _was_there: bool = _rows.erase(map_id)


func _fill_menu() -> void:
	for action: TilebakeMapAction in ACTIONS:
		var shown: Array = ACTIONS[action]
		var key: InputEventKey = InputEventKey.new()
		key.keycode = shown[2]
		var shortcut: Shortcut = Shortcut.new()
		shortcut.events = [key]
		_menu.add_item(str(shown[0]), action)
		_menu.set_item_shortcut(_menu.get_item_index(action), shortcut)
	add_child(_menu)
	TilebakeSignals.on(_menu.id_pressed, func(id: int) -> void: _ask(id as TilebakeMapAction))


func _open_menu(at: Vector2) -> void:
	for action: TilebakeMapAction in ACTIONS:
		var icon_name: StringName = ACTIONS[action][1]
		_menu.set_item_icon(_menu.get_item_index(action), TilebakeUi.icon(icon_name))
	_menu.position = Vector2i(at)
	_menu.reset_size()
	_menu.popup()


func _ask(action: TilebakeMapAction) -> void:
	if not selected_map().is_empty():
		asked.emit(action, selected_map())


func _on_mouse_selected(at: Vector2, button: int) -> void:
	if button == MOUSE_BUTTON_RIGHT:
		_open_menu(get_screen_position() + at)


func _on_button_clicked(row: TreeItem, _column: int, id: int, _button: int) -> void:
	asked.emit(id as TilebakeMapAction, str(row.get_metadata(0)))
