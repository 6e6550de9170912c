@tool
extends "../shared/editor_checks.gd"
## Use the inspector of a BakedTileMap, name its tiles, and save the scene, in an editor without a window or a backend.

const DiagnosticPanel = preload("res://addons/tilebake/editor/dock/diagnostic_panel.gd")
const MapStatusText = preload("res://addons/tilebake/editor/dock/map_status_text.gd")
const SeedProperty = preload("res://addons/tilebake/editor/inspector/seed_property.gd")
const TerrainRow = preload("res://addons/tilebake/editor/inspector/terrain_row.gd")
const LayerHead = preload("res://addons/tilebake/editor/inspector/naming/layer_head.gd")
const NameRow = preload("res://addons/tilebake/editor/inspector/naming/name_row.gd")

const SCENE: String = "res://level.tscn"
const MAP: String = "res://maps/level.tilebake.json"
const ART: String = "res://maps/level.tilebake.art.png"
const TERRAINS: Array[String] = ["dirt", "grass", "water"]

var _node: BakedTileMap


func describe_state() -> String:
	return "" if not is_instance_valid(_node) else "warnings: %s" % _node._get_configuration_warnings()


func test_terrain_rows() -> void:
	await open_scene(SCENE)
	_node = EditorInterface.get_edited_scene_root().get_node("Bake")
	EditorInterface.edit_node(_node)
	await until("the inspector has a row for each terrain of the tiles", func() -> bool:
		return labels_in(_parts(TerrainRow)) == PackedStringArray(TERRAINS))
	check("what a label tells under the mouse can be read", _deaf_labels(EditorInterface.get_inspector()).is_empty())
	_type(_prompt_of("grass"), "lush meadow")
	check("a prompt typed in a row is the terrain's", _terrain("grass").prompt == "lush meadow")
	_weight_of("grass").value = 1.5
	check("a weight set in a row is the terrain's, beside its prompt", _is_grass("lush meadow", 1.5))
	_undo()
	check("undo takes back the weight alone", _is_grass("lush meadow", 1.0))
	_undo()
	check("a second undo takes back the prompt", not _node.terrains.has("grass"))


## Return the labels that have a tooltip which never shows.
static func _deaf_labels(parent: Node) -> Array[Node]:
	return parent.find_children("*", "Label", true, false).filter(func(label: Label) -> bool:
		return not label.tooltip_text.is_empty() and label.mouse_filter == Control.MOUSE_FILTER_IGNORE)


func test_undo_of_a_terrain() -> void:
	_type(_prompt_of("grass"), "meadow")
	await seconds(NAP)  # the rows are made anew, because the node describes one more terrain
	_prompt_of("grass").grab_focus()
	_type(_prompt_of("grass"), "purple grass")
	_undo()
	check("undo of a prompt reaches its row", _prompt_of("grass").text == "meadow")
	_prompt_of("grass").release_focus()
	check("leaving a row whose prompt was undone writes nothing back", _terrain("grass").prompt == "meadow")
	_weight_of("grass").value = 2.0
	_undo()
	check("undo of a weight reaches its row, and is not written back",
		_weight_of("grass").value == 1.0 and _is_grass("meadow", 1.0))
	_prompt_of("dirt").grab_focus()
	_prompt_of("dirt").text = "half ty"
	_weight_of("grass").value = 1.5
	_undo()
	check("undo in one row leaves what is being typed in another", _prompt_of("dirt").text == "half ty")
	_prompt_of("dirt").text = ""
	_prompt_of("grass").grab_focus()
	_undo()
	await seconds(NAP)
	check("a row that goes with an undo writes nothing back", not _node.terrains.has("grass"))
	check("its terrain's new row is empty", _prompt_of("grass").text.is_empty())


func test_unknown_words() -> void:
	var advice: TilebakePromptAdvice = TilebakePromptAdvice.new()
	for prompt: String in ["", "lush green grass", "pine forest", "mountain lake", "Wald", "(clear:1.2) water, hand painted"]:
		check("nothing is told of the prompt \"%s\"" % prompt, advice.about(prompt).is_empty())
	var near: Dictionary[String, String] = {
		"a (deep:1.2) Fjord": "lake, water, river", "stone arch": "stone wall, castle wall, castle walls", "Weide": "meadow, grass, grassland",
		"青い海": "sea, deep water, ocean", "spikes": "Nothing that it knows looks like it", "xyzzy": "knows no noun",
	}
	for prompt: String in near:
		check("the nearest to \"%s\" is told" % prompt, near[prompt] in advice.about(prompt))
	var row: Node = _parts(TerrainRow)[0]
	var field: LineEdit = row.find_children("*", "LineEdit", true, false)[0]
	var warning: TextureRect = row.find_children("*", "TextureRect", true, false)[0]
	check("a row without a prompt warns of nothing", not warning.visible)
	field.text_changed.emit("fjord")
	check("an unknown word is told beside its row while it is typed", warning.visible and "lake" in warning.tooltip_text)
	field.text_changed.emit("lake")
	check("a known word ends the warning", not warning.visible)


func test_notes_of_a_map() -> void:
	var note: Dictionary = {"what": "\"fjord\" is unknown", "where": "level.json:3", "hint": "nearest that it knows: lake"}
	var view: TilebakeMapView = TilebakeMapView.read({"id": "maps/level.json", "state": "up to date", "notes": [note]})
	check("a map that is up to date and has notes is marked", MapStatusText.icon_of(view) == &"NodeWarning")
	var panel: DiagnosticPanel = DiagnosticPanel.new()
	panel.show_map(view)
	check("the dock's panel shows the notes of a map", "fjord" in "\n".join(labels_in([panel])))
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
	check("a toast shows the largest warning of the export", "1 layer is not painted" in _toasts())


func test_names_of_tiles() -> void:
	check("tiles that nobody named are listed with a word", _words() == ["dirt"])
	check("the word is a proposal until somebody accepts it", _row(0).is_proposal())
	check("the field tells all of its word, which may be cut", _field(0).tooltip_text.begins_with("“dirt” is what these tiles show."))
	check("a word stands beside its tiles and the count of their cells",
		_row(0).kinds.size() == 3 and _row(0).kinds[0].count == 3 and _picture(0, 0).icon is AtlasTexture)
	check("the tiles with the most cells come first", _picture(0, 0).text == "3" and _picture(0, 1).text == "1")
	_picture(0, 1).button_pressed = true
	_picture(0, 2).button_pressed = true
	_type(_field(0), "  moss ")
	check("a word typed for selected tiles is theirs alone", _node.tile_terrains.values() == ["moss", "moss"])
	var key: String = _node.tile_terrains.keys()[0]
	check("the key of a tile names its TileSet", key.begins_with("::TileSet_"))
	await until("selected tiles get a row of their own", func() -> bool: return _words() == ["dirt", "moss"])
	check("a word that was typed is no proposal", not _row(1).is_proposal() and _row(0).is_proposal())
	check("a new name has a row for its prompt", "moss" in labels_in(_parts(TerrainRow)))
	_type(_field(0), "dirt")
	check("Enter on a proposal accepts it", _node.tile_terrains.values().count("dirt") == 1)
	await until("Enter moves on to the next field", func() -> bool: return _field(1).has_focus())
	_undo()
	_undo()
	await until("undo takes the words back, in the list too", func() -> bool: return _words() == ["dirt"])
	check("undo takes the words of the tiles back", _node.tile_terrains.is_empty())


func test_leaving_a_field() -> void:
	_field(0).grab_focus()
	_field(0).release_focus()
	check("leaving a field as it was leaves a proposal one", _node.tile_terrains.is_empty())
	_field(0).grab_focus()
	_field(0).text = "clay"
	_field(0).release_focus()
	check("leaving a field keeps what was typed", _node.tile_terrains.values() == ["clay", "clay", "clay"])
	await until("the list shows what was kept", func() -> bool: return _words() == ["clay"])
	_type(_field(0), "")
	check("a field that is cleared takes the word away", _node.tile_terrains.is_empty())
	await until("a proposal takes its place", func() -> bool: return _words() == ["dirt"])


func test_layers() -> void:
	var head: LayerHead = _parts(LayerHead)[0]
	check("the list has each layer with its cells", head.layer.name == "Ground" and "Ground (13)" in labels_in([head]))
	_type(head.find_children("*", "LineEdit", true, false)[-1] as LineEdit, "stone")
	check("one field names all of a layer", _node.tile_terrains.values() == ["stone", "stone", "stone"])
	_undo()
	await until("undo takes the word of a layer back", func() -> bool: return _words() == ["dirt"])
	_choose("Larger", TilebakeLayerUse.Use.ON_TOP)
	check("a layer that stays on top is not painted", _node.layers == [NodePath("../Ground")])
	await until("its row says so", func() -> bool: return _use_of("Larger") == TilebakeLayerUse.Use.ON_TOP)
	_choose("Larger", TilebakeLayerUse.Use.NEITHER)
	check("a layer that is neither is hidden", _node.hidden_layers == [NodePath("../Larger")])
	_undo()
	_undo()
	await until("undo paints it again", func() -> bool: return _use_of("Larger") == TilebakeLayerUse.Use.PAINTED)
	check("a painting of all layers names none", _node.layers.is_empty() and _node.hidden_layers.is_empty())


func test_export_warnings() -> void:
	await save_scene()
	check("the node warns of a layer with another grid", "1 layer is not painted" in _warnings() and "Larger (square, 32 x 32)" in _warnings())
	check("the warning of a layer with another grid says what to do", "Add a BakedTileMap beside them" in _warnings())
	(EditorInterface.get_edited_scene_root().get_node("Larger") as TileMapLayer).enabled = false
	await save_scene()
	check("the warning goes when the layer is disabled", "not painted" not in _warnings())


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


func test_start_from_tiles() -> void:
	check("the strength is hidden while a painting starts from nothing", not _is_in_inspector("init_strength"))
	_node.start_from_tiles = true
	check("the strength is shown where it counts", _is_in_inspector("init_strength"))
	await save_scene()
	check("tiles without pictures are refused", "none of its tiles has a picture to start from" in _warnings())
	check("and leave no map that names one", not FileAccess.get_file_as_string(MAP).contains("art.png"))
	var ground: TileMapLayer = _node.source_layers()[0]
	var source: TileSetAtlasSource = ground.tile_set.get_source(0)
	var before: Texture2D = source.texture
	var image: Image = Image.create_empty(before.get_width(), before.get_height(), false, Image.FORMAT_RGB8)
	image.fill(Color.DARK_GREEN)
	source.texture = ImageTexture.create_from_image(image)
	await save_scene()
	var art: Image = Image.new()
	check("a save draws the tiles beside the map", art.load_png_from_buffer(FileAccess.get_file_as_bytes(ART)) == OK)
	check("they look as they do in the editor", art.get_pixel(1, 1).is_equal_approx(Color.DARK_GREEN))
	check("the map names the picture", '"art": "level.tilebake.art.png"' in FileAccess.get_file_as_string(MAP))
	source.texture = before
	_node.start_from_tiles = false
	await save_scene()
	check("a painting that starts from nothing names none", not FileAccess.get_file_as_string(MAP).contains("art.png"))


func _is_in_inspector(name_of_it: String) -> bool:
	return _node.get_property_list().any(func(property: Dictionary) -> bool:
		var usage: int = property["usage"]
		return property["name"] == name_of_it and usage & PROPERTY_USAGE_EDITOR)


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


func _words() -> Array:
	return _parts(NameRow).map(func(row: NameRow) -> String: return row.kinds[0].terrain)


func _row(index: int) -> NameRow:
	return _parts(NameRow)[index]


func _field(index: int) -> LineEdit:
	return _row(index).find_children("*", "LineEdit", true, false)[0]


func _picture(row: int, index: int) -> Button:
	return _row(row).find_children("*", "Button", true, false)[index]


func _head(layer: String) -> LayerHead:
	return _parts(LayerHead).filter(func(head: LayerHead) -> bool: return head.layer.name == layer)[0]


func _choice(layer: String) -> OptionButton:
	return _head(layer).find_children("*", "OptionButton", true, false)[0]


func _use_of(layer: String) -> TilebakeLayerUse.Use:
	return _choice(layer).get_selected_id() as TilebakeLayerUse.Use


func _choose(layer: String, use: TilebakeLayerUse.Use) -> void:
	_choice(layer).item_selected.emit(_choice(layer).get_item_index(use))


func _row_of(terrain: String) -> TerrainRow:
	return _parts(TerrainRow).filter(func(row: TerrainRow) -> bool: return labels_in([row])[0] == terrain)[0]


func _prompt_of(terrain: String) -> LineEdit:
	return _row_of(terrain).find_children("*", "LineEdit", true, false)[0]


func _weight_of(terrain: String) -> EditorSpinSlider:
	return _row_of(terrain).find_children("*", "EditorSpinSlider", true, false)[0]


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
