@tool
extends "../shared/editor_checks.gd"
## Use the inspector of a BakedTileMap and save the scene, in an editor without a window or a backend.

const DiagnosticPanel = preload("res://addons/tilebake/editor/dock/diagnostic_panel.gd")
const MapStatusText = preload("res://addons/tilebake/editor/dock/map_status_text.gd")
const SeedProperty = preload("res://addons/tilebake/editor/inspector/seed_property.gd")
const TerrainRow = preload("res://addons/tilebake/editor/inspector/terrain_row.gd")
const UnmappedTiles = preload("res://addons/tilebake/editor/inspector/unmapped_tiles.gd")

const SCENE: String = "res://level.tscn"
const MAP: String = "res://maps/level.tilebake.json"
const TERRAINS: Array[String] = ["custom grass", "custom sand", "custom water", "dry grass", "grass", "sand", "water"]

var _node: BakedTileMap


func describe_state() -> String:
	return "" if not is_instance_valid(_node) else "warnings: %s" % _node._get_configuration_warnings()


func test_terrain_rows() -> void:
	await open_scene(SCENE)
	_node = EditorInterface.get_edited_scene_root().get_node("Bake")
	EditorInterface.edit_node(_node)
	await until("the inspector has a row for each terrain of the tiles", func() -> bool:
		return labels_in(_parts(TerrainRow)) == PackedStringArray(TERRAINS))
	var grass: TerrainRow = _parts(TerrainRow).filter(func(row: Node) -> bool: return labels_in([row])[0] == "grass")[0]
	_type(grass.find_children("*", "LineEdit", true, false)[0] as LineEdit, "lush meadow")
	check("a prompt typed in a row is the terrain's", _terrain("grass").prompt == "lush meadow")
	var weight: EditorSpinSlider = grass.find_children("*", "EditorSpinSlider", true, false)[0]
	weight.value = 1.5
	check("a weight set in a row is the terrain's, beside its prompt", _is_grass("lush meadow", 1.5))
	_undo()
	check("undo takes back the weight alone", _is_grass("lush meadow", 1.0))
	_undo()
	check("a second undo takes back the prompt", not _node.terrains.has("grass"))


func test_unknown_words() -> void:
	var advice: TilebakePromptAdvice = TilebakePromptAdvice.new()
	for prompt: String in ["", "lush green grass", "pine forest", "mountain lake", "(clear:1.2) water, hand painted"]:
		check("nothing is told of the prompt \"%s\"" % prompt, advice.about(prompt).is_empty())
	var near: Dictionary[String, String] = {
		"a (deep:1.2) Lagoon": "lake, water, river", "stone wall": "brick wall, brick, bricks", "Wiese": "meadow, grass, grassland",
		"青い海": "sea, deep water, ocean", "carpet": "Nothing that it knows looks like it", "xyzzy": "knows no noun",
	}
	for prompt: String in near:
		check("the nearest to \"%s\" is told" % prompt, near[prompt] in advice.about(prompt))
	var row: Node = _parts(TerrainRow)[0]
	var field: LineEdit = row.find_children("*", "LineEdit", true, false)[0]
	var warning: TextureRect = row.find_children("*", "TextureRect", true, false)[0]
	check("a row without a prompt warns of nothing", not warning.visible)
	field.text_changed.emit("lagoon")
	check("an unknown word is told beside its row while it is typed", warning.visible and "lake" in warning.tooltip_text)
	field.text_changed.emit("lake")
	check("a known word ends the warning", not warning.visible)


func test_notes_of_a_map() -> void:
	var note: Dictionary = {"what": "\"lagoon\" is unknown", "where": "level.json:3", "hint": "nearest that it knows: lake"}
	var view: TilebakeMapView = TilebakeMapView.read({"id": "maps/level.json", "state": "up to date", "notes": [note]})
	check("a map that is up to date and has notes is marked", MapStatusText.icon_of(view) == &"NodeWarning")
	var panel: DiagnosticPanel = DiagnosticPanel.new()
	panel.show_map(view)
	check("the dock's panel shows the notes of a map", "lagoon" in "\n".join(labels_in([panel])))
	panel.free()
	var plain: TilebakeMapView = TilebakeMapView.read({"id": "maps/level.json", "state": "up to date"})
	check("a map without notes is not marked", MapStatusText.icon_of(plain) == &"StatusSuccess")


func test_seed() -> void:
	await until("the inspector has a row for the seed", func() -> bool: return _parts(SeedProperty).size() == 1)
	var seed_row: SeedProperty = _parts(SeedProperty)[0]
	var die: Button = seed_row.find_children("*", "Button", true, false).filter(
		func(button: Button) -> bool: return "Another seed" in button.tooltip_text)[0]
	die.pressed.emit()
	await until("the die changes the seed", func() -> bool: return _node.bake_seed > 0)
	var map: Dictionary = JSON.parse_string(FileAccess.get_file_as_string(MAP))
	check("the map file has the new seed at once", int(str(map["seed"])) == _node.bake_seed)
	var spin: EditorSpinSlider = seed_row.find_children("*", "EditorSpinSlider", true, false)[0]
	await until("the inspector shows the new seed", func() -> bool: return int(spin.value) == _node.bake_seed)
	spin.value = 12
	check("a seed can be typed", _node.bake_seed == 12)
	_undo()
	_undo()
	check("undo takes both seeds back", _node.bake_seed == 0)
	check("a toast shows the first warning of the export", "Larger: the layer is left out" in _toasts())


func test_tiles_without_terrain() -> void:
	var list: UnmappedTiles = _parts(UnmappedTiles)[0]
	var fields: Array[Node] = list.find_children("*", "LineEdit", true, false)
	check("the inspector lists each kind of tile without a terrain", list.visible and fields.size() == 2)
	var field: LineEdit = fields[0]
	check("a tile without a terrain is listed by its key", field.placeholder_text.ends_with("|0:1,2"))
	var icons: Array[Node] = list.find_children("*", "TextureRect", true, false)
	check("a tile without a terrain is listed with its picture", (icons[0] as TextureRect).texture is AtlasTexture)
	_type(field, "  moss ")
	check("a name typed for a tile is its terrain", _node.tile_terrains.values() == ["moss"])
	check("the key of a tile names its TileSet", _node.tile_terrains.keys()[0].begins_with("::TileSet_"))
	await until("a tile that was named leaves the list", func() -> bool:
		var lists: Array[Node] = _parts(UnmappedTiles)
		return lists.size() == 1 and lists[0].find_children("*", "LineEdit", true, false).size() == 1)
	_undo()
	check("undo takes the name of the tile back", _node.tile_terrains.is_empty())


func test_export_warnings() -> void:
	await save_scene()
	check("the node warns of a layer that is left out",
		"Larger: the layer is left out: its tiles are (32.0, 32.0)" in _warnings())
	check("the warning of a layer that is left out says what to do", "give it a BakedTileMap of its own" in _warnings())
	(EditorInterface.get_edited_scene_root().get_node("Larger") as TileMapLayer).enabled = false
	await save_scene()
	check("the warning goes when the layer is disabled", "left out" not in _warnings())


func test_moved_layer() -> void:
	var picture: PlaceholderTexture2D = PlaceholderTexture2D.new()
	picture.size = Vector2(64, 48)
	_node.show_bake(picture, Rect2(0, 0, 64, 48))
	var ground: TileMapLayer = EditorInterface.get_edited_scene_root().get_node("Ground")
	var before: PackedByteArray = FileAccess.get_file_as_bytes(MAP)
	ground.transform = Transform2D(0.5, Vector2(2, 2), 0.0, Vector2(30, 40))
	await save_scene()
	check("a save places the painting over a layer that was moved", _node.transform.is_equal_approx(ground.transform))
	check("moving the layer leaves the map file as it was", FileAccess.get_file_as_bytes(MAP) == before)
	_node.texture = null


func test_second_painting() -> void:
	var root: Node = EditorInterface.get_edited_scene_root()
	var before: PackedByteArray = FileAccess.get_file_as_bytes(MAP)
	var second: BakedTileMap = BakedTileMap.new()
	second.name = "Second"
	second.base_prompt = "another one"
	root.add_child(second)
	second.owner = root
	await save_scene()
	check("a second painting leaves the first one's map file as it was", FileAccess.get_file_as_bytes(MAP) == before)
	check("a second painting gets a map file of its own", FileAccess.file_exists("res://maps/level.Second.tilebake.json"))
	var scene: String = FileAccess.get_file_as_string(SCENE)
	check("the scene has both map files", scene.count("map_file = ") == 2 and 'map_file = "%s"' % MAP in scene)
	root.remove_child(_node)
	await save_scene()
	check("the second painting keeps its map file without the first", FileAccess.get_file_as_bytes(MAP) == before)
	_node.free()


func _terrain(name_of_it: String) -> TilebakeTerrain:
	return _node.terrains[name_of_it]


func _is_grass(prompt: String, weight: float) -> bool:
	return _terrain("grass").prompt == prompt and _terrain("grass").weight == weight


func _warnings() -> String:
	return "\n".join(_node._get_configuration_warnings())


func _undo() -> void:
	var undone: bool = undo(_node)
	assert(undone)


func _type(field: LineEdit, text: String) -> void:
	field.text = text
	field.text_submitted.emit(text)


func _toasts() -> String:
	return "\n".join(labels_in(EditorInterface.get_editor_toaster().find_children("*", "", true, false)))


func _parts(script: GDScript) -> Array[Node]:
	return parts(script, EditorInterface.get_inspector())
