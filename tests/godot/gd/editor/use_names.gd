@tool
extends "../shared/editor_checks.gd"
## Press Bake Scene in scenes whose tiles have poor names or none, in an editor without a window, and read their maps.

const Dock = preload("res://addons/tilebake/editor/dock/dock.gd")


func test_two_tile_sets_that_number_their_tiles_alike() -> void:
	var map: Dictionary = await _bake("two_tile_sets")
	check("a key of before counts for the first TileSet that it fits alone", _terrains_of(map) == [["meadow"], ["path"]])
	var node: BakedTileMap = _painting()
	var layers: Array[TileMapLayer] = TilebakeLayerList.of(node)
	var names: TilebakeTileNames = TilebakeTileNames.new(node, layers, TilebakeNameGuess.new())
	var keys: Array[String] = []
	keys.assign(layers.map(func(layer: TileMapLayer) -> String: return names.key_of(layer, layer.get_used_cells()[0])))
	check("the keys of two TileSets differ", keys[0] != keys[1])
	node.tile_terrains = {keys[0]: "meadow", keys[1]: "gravel"}
	map = await _save()
	check("each key names its own TileSet's tile", _terrains_of(map) == [["meadow"], ["gravel"]])


func test_copied_scene() -> void:
	var before: Dictionary[String, String] = _painting().tile_terrains
	EditorInterface.save_scene_as("res://copy.tscn")
	await until("the scene is saved under another name", func() -> bool: return open_scene_path() == "res://copy.tscn")
	var map: Dictionary = await _save()
	check("a copied scene keeps the names of its tiles", _terrains_of(map) == [["meadow"], ["gravel"]])
	check("it keeps their keys too", _painting().tile_terrains == before)


func test_a_name_is_its_own_first_prompt() -> void:
	var map: Dictionary = await _bake("named_only")
	check("a name typed at a node has itself as prompt", _prompts_of(map) == {"meadow": {"prompt": "meadow"}})


func test_default_names() -> void:
	var map: Dictionary = await _bake("default_name")
	check("the user's word beats a default name of the TileSet", _terrains_of(map) == [["grass"]])
	check("no prompt is made of a default name", _prompts_of(map) == {"grass": {"prompt": "grass"}})
	map = await _bake("file_name")
	check("a picture's file name is no terrain, but may say what it is", _terrains_of(map) == [["sand"]])


func test_user_beats_the_tile_set() -> void:
	var map: Dictionary = await _bake("overruled")
	check("the user's word beats the name in the TileSet", _terrains_of(map) == [["snow"]])


func test_one_press() -> void:
	var map: Dictionary = await _bake("unnamed")
	check("one press gives a map of tiles that nobody has named", _terrains_of(map) == [["water"], ["sand"]])
	check("the scene has a painting", _painting() != null)
	check("a technical layer is hidden and not painted",
		_painting().hidden_layers == [_painting().get_path_to(_root().get_node("Collision"))])
	check("what stands on the ground is left as it is",
		_painting().layers == [_painting().get_path_to(_root().get_node("Water")), _painting().get_path_to(_root().get_node("Sand_Level0"))])


func _root() -> Node:
	return EditorInterface.get_edited_scene_root()


func _painting() -> BakedTileMap:
	var found: Array[BakedTileMap] = TilebakeLayerList.baked_in(_root())
	return null if found.is_empty() else found[0]


## Open a scene, press Bake Scene, and return its map.
func _bake(scene: String) -> Dictionary:
	await open_scene("res://%s.tscn" % scene)
	button_in(anywhere(Dock), "Bake Scene").pressed.emit()
	var map: Dictionary = _map()
	# The editor opens no scene while it imports the map.
	var imported: String = TilebakeMapPaths.map_path(_painting()) + ".import"
	await until("the map of %s is imported" % scene, func() -> bool: return FileAccess.file_exists(imported))
	await seconds(1.0)
	return map


func _save() -> Dictionary:
	await save_scene()
	return _map()


func _map() -> Dictionary:
	var text: String = FileAccess.get_file_as_string(TilebakeMapPaths.map_path(_painting()))
	var map: Variant = JSON.parse_string(text)
	return map if map is Dictionary else {}


static func _prompts_of(map: Dictionary) -> Dictionary:
	return map.get("terrains", {})


## Return the terrains of each layer of a map.
static func _terrains_of(map: Dictionary) -> Array:
	var found: Array = []
	var layers: Array = map.get("layers", [])
	for layer: Dictionary in layers:
		var names: Dictionary = {}
		var cells: Array = layer["cells"]
		for cell: Array in cells:
			names[cell[2]] = true
		found.append(names.keys())
	return found
