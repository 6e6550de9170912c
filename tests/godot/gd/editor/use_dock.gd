@tool
extends "../shared/editor_checks.gd"
## Press the dock's buttons as the addon's user does, in an editor without a window and with the real backend.

const DiagnosticPanel = preload("res://addons/tilebake/editor/dock/diagnostic_panel.gd")
const Dock = preload("res://addons/tilebake/editor/dock/dock.gd")
const LivePainting = preload("res://addons/tilebake/editor/previews/live_painting.gd")
const LogWindow = preload("res://addons/tilebake/editor/dock/log_window.gd")
const MapList = preload("res://addons/tilebake/editor/dock/map_list.gd")
const PreviewOverlay = preload("res://addons/tilebake/editor/previews/preview_overlay.gd")
const SeedProperty = preload("res://addons/tilebake/editor/inspector/seed_property.gd")
const SettingsWindow = preload("res://addons/tilebake/editor/dock/settings_window.gd")
const TerrainRow = preload("res://addons/tilebake/editor/inspector/terrain_row.gd")

const MAP: String = "maps/fresh.tilebake.json"
const SCENE: String = "res://fresh.tscn"
const TILES: String = "res://baked/maps/fresh_tiles.tres"
const TILES_MAP: String = "res://maps/fresh_tiles.tilebake.json"


func describe_state() -> String:
	return "dock: %s; maps: %s" % [text_in(_dock()).replace("\n", " | "), _map_states().replace("\n", " | ")]


func test_start() -> void:
	await open_scene(SCENE)
	await until("the dock says that the backend is ready", func() -> bool:
		return "The backend is ready." in text_in(_dock()), COLD_START)
	check("it says what to do where there is no map, and not to wait for what is there",
		"No maps yet." in text_in(_dock()) and "as soon as the backend is ready" not in text_in(_dock()))


func test_bake_scene() -> void:
	button_in(_dock(), "Bake Scene").pressed.emit()
	var painting: BakedTileMap = _painting()
	check("Bake Scene adds a BakedTileMap before the layers", painting != null and painting.get_index() == 0)
	var text: String = FileAccess.get_file_as_string(TilebakeMapPaths.map_path(painting))
	var map: Dictionary = JSON.parse_string(text)
	check("Bake Scene leaves terrains in tilebake.toml to it, and gives another its name as prompt",
		_is_path_alone(map) and painting.terrains.is_empty())
	await until("Bake Scene shows the picture", func() -> bool: return painting.texture != null, COLD_START)
	check("the picture covers the tiles", painting.transform * painting.get_rect() == Rect2(0, 0, 768, 512))
	await until("the list says that the map is up to date", func() -> bool: return "up to date" in _map_states())
	check("the node is up to date", painting.bake_state() == BakedTileMap.State.UP_TO_DATE)
	var _saved: Error = EditorInterface.save_scene()


static func _is_path_alone(map: Dictionary) -> bool:
	return map["terrains"] == {"path": {"prompt": "path"}}


func test_re_roll() -> void:
	var painting: BakedTileMap = _painting()
	var path: String = painting.texture.resource_path
	var before: PackedByteArray = FileAccess.get_file_as_bytes(path)
	_list().asked.emit(MapList.TilebakeMapAction.RE_ROLL, MAP)
	check("re-rolling changes the seed", painting.bake_seed != 0)
	await until("re-rolling changes the picture", func() -> bool: return FileAccess.get_file_as_bytes(path) != before)
	check("undo takes the re-rolled seed back", undo(painting) and painting.bake_seed == 0)


func test_make_a_tile_set() -> void:
	button_in(_dock(), "Make a TileSet").pressed.emit()
	var map: Dictionary = JSON.parse_string(FileAccess.get_file_as_string(TILES_MAP))
	check("Make a TileSet takes the four terrains that most tiles have", _names(map) == ["forest", "grass", "path", "water"])
	await until("Make a TileSet paints tiles that the engine can load", func() -> bool:
		return _is_in_editor(TILES, "TileSet") and ResourceLoader.exists(TILES.get_basename() + ".png"), COLD_START)
	var tile_set: TileSet = load(TILES)
	check("the TileSet has the terrains", tile_set.get_terrains_count(0) == 4)
	check("the list has the TileSet's map", "fresh_tiles" in _map_names())
	var before: PackedByteArray = FileAccess.get_file_as_bytes(TILES_MAP) + "\n".to_utf8_buffer()
	var _written: Error = TilebakeMapWriter.put(TILES_MAP, before)
	button_in(_dock(), "Make a TileSet").pressed.emit()
	check("a TileSet's map that is there stays as it is", FileAccess.get_file_as_bytes(TILES_MAP) == before)


static func _is_in_editor(path: String, type: String) -> bool:
	return EditorInterface.get_resource_filesystem().get_file_type(path) == type


static func _names(map: Dictionary) -> Array:
	var names: Array = map["corners"]
	names.sort()
	return names


func test_terrains_in_the_inspector() -> void:
	EditorInterface.edit_node(_painting())
	await until("the inspector has a row for each terrain", func() -> bool: return _terrain_rows().size() == 5)
	check("the inspector has one die beside the seed", parts(SeedProperty, EditorInterface.get_inspector()).size() == 1)
	(_terrain_rows()[1] as TerrainRow).changed.emit("purple grass", 2.0)
	check("a prompt typed in a row is the terrain's", _painting().terrains["grass"].prompt == "purple grass")
	check("a weight set in a row is the terrain's", _painting().terrains["grass"].weight == 2.0)


func test_transparency() -> void:
	EditorInterface.get_selection().clear()
	EditorInterface.get_selection().add_node(EditorInterface.get_edited_scene_root().get_child(0))
	for frame: int in 2:
		await get_tree().process_frame
	check("a painting over selected tiles keeps its saved colour", _painting().self_modulate == Color.WHITE)


func test_wrong_setting() -> void:
	_painting().settings = {"steps": -1}
	var _saved: Error = EditorInterface.save_scene()
	await until("the list says that a map with a wrong setting failed", func() -> bool: return "failed" in _map_states())
	_list().get_root().get_child(0).select(0)
	_list().item_selected.emit()
	var panel: DiagnosticPanel = part(DiagnosticPanel, _dock())
	check("the panel names the wrong setting", panel.visible and "steps" in text_in(panel))
	check("the node warns of the wrong setting", "steps" in "".join(_painting()._get_configuration_warnings()))
	panel.go_asked.emit(MAP)
	check("the panel's link selects the node", EditorInterface.get_selection().get_selected_nodes() == [_painting()])
	var log_window: LogWindow = part(LogWindow, _dock())
	log_window.show_log("")
	check("the log window says where there is no log", log_window.visible)
	log_window.hide()


func test_map_in_windows() -> void:
	_painting().settings = {"steps": 3, "windows": "always", "window": 256}
	_painting().pixels_per_tile = 48  # few windows, and yet seconds of painting to look at
	var _saved: Error = EditorInterface.save_scene()
	await until("a map's windows lie over the level while it is painted", func() -> bool:
		return _live().overlay_of(_painting()) != null)
	var overlay: PreviewOverlay = _live().overlay_of(_painting())
	if overlay == null:
		return
	var shown: Rect2 = Rect2(Vector2.ZERO, overlay.picture().get_size())
	check("they cover exactly the tiles", overlay.image_transform() * shown == Rect2(0, 0, 768, 512))
	check("they are drawn over the tiles, and under what is over those", overlay.drawn_over() == _painting().source_layers()[-1])
	check("they are transparent where nothing is painted yet", overlay.picture().get_image().detect_alpha() != Image.ALPHA_NONE)
	await until("the picture takes the place of its windows", func() -> bool: return _live().overlay_of(_painting()) == null)
	await until("a map in windows is up to date", func() -> bool: return "up to date" in _state_of("fresh"))
	check("a map in windows is painted at the size that was asked for", not "less detail" in text_in(_dock()))
	check("nothing of the windows is saved", _painting().get_child_count() == 0)


func test_map_too_large_for_one_piece() -> void:
	_painting().settings = {"windows": "never"}
	_painting().pixels_per_tile = 256
	var _saved: Error = EditorInterface.save_scene()
	var panel: DiagnosticPanel = part(DiagnosticPanel, _dock())
	await until("the panel says that the canvas is too large", func() -> bool: return "the canvas would be" in text_in(panel))
	check("the panel says at which size it is painted", "tiles are painted at 144 pixels instead of 256" in text_in(panel))
	_painting().settings = {}
	_painting().pixels_per_tile = 0


func test_map_file_outside_of_the_project() -> void:
	var before: String = _painting().map_file
	var outside: String = OS.get_user_data_dir().path_join("level.tilebake.json")
	_painting().map_file = outside
	var _saved: Error = EditorInterface.save_scene()
	await until("the node warns of a map file outside of the project", func() -> bool:
		return "is not in the project" in "".join(_painting()._get_configuration_warnings()))
	check("no map file is written outside of the project", not FileAccess.file_exists(outside))
	_painting().map_file = before


func test_settings_window() -> void:
	var window: SettingsWindow = part(SettingsWindow, _dock())
	window.show_settings()
	button_in(window, "Test").pressed.emit()
	await until("Test says that the program works", func() -> bool: return "works" in text_in(window))


func _dock() -> Dock:
	return part(Dock, EditorInterface.get_base_control())


func _live() -> LivePainting:
	return anywhere(LivePainting)


func _list() -> MapList:
	return part(MapList, _dock())


func _terrain_rows() -> Array[Node]:
	return parts(TerrainRow, EditorInterface.get_inspector())


func _painting() -> BakedTileMap:
	for child: Node in EditorInterface.get_edited_scene_root().get_children():
		if child is BakedTileMap:
			return child
	return null


func _map_names() -> PackedStringArray:
	var names: PackedStringArray = []
	for row: TreeItem in _list().get_root().get_children():
		names += PackedStringArray([row.get_text(0)])
	return names


func _state_of(map_name: String) -> String:
	var index: int = _map_names().find(map_name)
	return "" if index < 0 else _list().get_root().get_child(index).get_tooltip_text(1)


## Return the state of every map in the list, one a line.
func _map_states() -> String:
	var states: PackedStringArray = []
	for row: TreeItem in _list().get_root().get_children():
		states += PackedStringArray([row.get_tooltip_text(1)])
	return "\n".join(states)
