@tool
extends "../shared/editor_checks.gd"
## Press Bake Scene in scenes that were reported as faults, and copy one, in an editor without a window or a backend.
##
## What the user does in `test_first_map` is printed as an ACTION each, so that the test can count them.

const Dock = preload("res://addons/tilebake/editor/dock/dock.gd")
const SETTLED: float = 1.0  # seconds after an import, in which the editor opens no scene


func test_first_map() -> void:
	var before: String = FileAccess.get_file_as_string("res://unnamed.tscn")
	print("ACTION open the scene")
	await open_scene("res://unnamed.tscn")
	print("ACTION press Bake Scene")
	_press()
	print("ACTION save")
	await save_scene()
	var map: Dictionary = _map(TilebakeMapPaths.map_path(_paintings()[0]))
	check("the first map has what is proposed for its tiles", _terrains_of(map) == ["sand", "water"])
	check("each proposal is its own prompt",
		_prompts_of(map) == {"sand": {"prompt": "sand"}, "water": {"prompt": "water"}})
	var saved: String = FileAccess.get_file_as_string("res://unnamed.tscn")
	check("the saved scene has the painting and where its picture will be",
		"baked_tile_map.gd" not in before and "baked_tile_map.gd" in saved and 'picture = "res://baked/maps/unnamed.png"' in saved)
	await _settle([TilebakeMapPaths.map_path(_paintings()[0])])


func test_one_press_for_two_maps() -> void:
	await open_scene("res://town_and_house.tscn")
	_press()
	await save_scene()
	var paths: Array[String] = _paths()
	check("one press gives each group of layers a painting", paths.size() == 2)
	check("each painting lies in its group", _paintings().map(_parent_of) == ["Town", "House"])
	check("each has a map of its own layers",
		paths.map(func(path: String) -> Array: return _terrains_of(_map(path))) == [["grass"], ["sand"]])
	_press()
	check("a second press adds none", _paintings().size() == 2)
	await _settle(paths)


func test_duplicated_scene() -> void:
	await open_scene("res://two.tscn")
	await save_scene()
	var originals: Array[String] = _paths()
	await _settle(originals)
	var before: Array[PackedByteArray] = _bytes(originals)
	_duplicate("res://two.tscn", "res://duplicate.tscn")
	await open_scene("res://duplicate.tscn")
	_change_tiles()
	await save_scene()
	_check_copy("a duplicated scene", originals, before)
	await _settle(_paths())


func test_scene_saved_under_another_name() -> void:
	await open_scene("res://two.tscn")
	var originals: Array[String] = _paths()
	var before: Array[PackedByteArray] = _bytes(originals)
	_change_tiles()
	EditorInterface.save_scene_as("res://saved_as.tscn")
	await until("the scene is saved under another name", func() -> bool: return open_scene_path() == "res://saved_as.tscn")
	await seconds(SETTLED)
	await save_scene()
	_check_copy("a scene saved under another name", originals, before)


## Check that a copy with changed tiles has maps of its own, and those of the original are as they were.
func _check_copy(what: String, originals: Array[String], before: Array[PackedByteArray]) -> void:
	check("%s leaves the original's maps as they were, byte for byte" % what, _bytes(originals) == before)
	var own: Array[String] = _paths()
	check("%s has maps of its own" % what, own.size() == 2 and own[0] not in originals and own[1] not in originals)
	check("the maps of %s have its own tiles" % what,
		own.map(func(path: String) -> Array: return _terrains_of(_map(path))) == [["sand", "water"], ["grass", "water"]])


func _root() -> Node:
	return EditorInterface.get_edited_scene_root()


func _press() -> void:
	button_in(anywhere(Dock), "Bake Scene").pressed.emit()


func _paintings() -> Array[BakedTileMap]:
	return TilebakeLayerList.baked_in(_root())


func _paths() -> Array[String]:
	return TilebakeMapPaths.map_paths(_root()).values()


static func _parent_of(node: Node) -> String:
	return node.get_parent().name


## Copy a scene as the FileSystem dock's "Duplicate" does: all but its identifier.
func _duplicate(scene: String, copy: String) -> void:
	var text: String = FileAccess.get_file_as_string(scene)
	var file: FileAccess = FileAccess.open(copy, FileAccess.WRITE)
	var _is_written: bool = file.store_string(RegEx.create_from_string('^(\\[gd_scene.*) uid="[^"]*"').sub(text, "$1"))
	file.close()


## Put water into a cell of each layer.
func _change_tiles() -> void:
	for layer: TileMapLayer in _root().find_children("*", "TileMapLayer", true, true):
		layer.set_cell(Vector2i(1, 0), 0, Vector2i(1, 0))


static func _bytes(paths: Array[String]) -> Array[PackedByteArray]:
	var all: Array[PackedByteArray] = []
	all.assign(paths.map(FileAccess.get_file_as_bytes))
	return all


## Wait until the editor has imported maps: it opens no scene meanwhile.
func _settle(maps: Array[String]) -> void:
	await until("the maps %s are imported" % ", ".join(maps), func() -> bool:
		return maps.all(func(map: String) -> bool: return FileAccess.file_exists(map + ".import")))
	await seconds(SETTLED)


static func _map(path: String) -> Dictionary:
	var map: Variant = JSON.parse_string(FileAccess.get_file_as_string(path))
	return map if map is Dictionary else {}


static func _prompts_of(map: Dictionary) -> Dictionary:
	return map.get("terrains", {})


## Return the terrains of a map's cells, sorted.
static func _terrains_of(map: Dictionary) -> Array:
	var names: Dictionary = {}
	var layers: Array = map.get("layers", [])
	for layer: Dictionary in layers:
		var cells: Array = layer["cells"]
		for cell: Array in cells:
			names[cell[2]] = true
	var sorted: Array = names.keys()
	sorted.sort()
	return sorted
