@tool
extends EditorPlugin
## Uses the inspector of a BakedTileMap and saves the scene, in an editor without a window or a backend.
## Prints "OK ..." or "BAD ..." for each promise, then ends the editor.

const SCENE: String = "res://level.tscn"
const MAP: String = "res://maps/level.tilebake.json"
const SeedProperty = preload("res://addons/tilebake/editor/inspector/seed_property.gd")
const TerrainRow = preload("res://addons/tilebake/editor/inspector/terrain_row.gd")
const UnmappedTiles = preload("res://addons/tilebake/editor/inspector/unmapped_tiles.gd")

const TERRAINS: Array[String] = ["dry grass", "grass", "sand", "told grass", "told sand", "told water", "water"]

var _node: BakedTileMap


func _ready() -> void:
	_work.call_deferred()


func _work() -> void:
	EditorInterface.open_scene_from_path(SCENE)
	await _seconds(0.5)
	_node = EditorInterface.get_edited_scene_root().get_node("Bake")
	EditorInterface.edit_node(_node)
	await _seconds(0.5)
	await _describes_terrains()
	await _rolls_the_seed()
	await _names_tiles()
	await _warns_of_what_is_left_out()
	await _follows_a_moved_layer()
	await _keeps_map_files()
	get_tree().quit()


func _describes_terrains() -> void:
	var rows: Array[Node] = _parts(TerrainRow)
	_check("a row for each terrain of the tiles", _words(rows) == PackedStringArray(TERRAINS))
	var grass: TerrainRow = rows.filter(func(row: Node) -> bool: return _words([row])[0] == "grass")[0]
	var prompt: LineEdit = grass.find_children("*", "LineEdit", true, false)[0]
	_type(prompt, "lush meadow")
	_check("what is typed is the terrain's prompt", _look("grass").prompt == "lush meadow")
	var weight: EditorSpinSlider = grass.find_children("*", "EditorSpinSlider", true, false)[0]
	weight.value = 1.5
	_check("and its number the weight", _look("grass").weight == 1.5 and _look("grass").prompt == "lush meadow")
	_undo()
	_check("one step back is the weight alone", _look("grass").weight == 1.0 and _look("grass").prompt == "lush meadow")
	_undo()
	_check("and another the prompt", not _node.terrains.has("grass"))
	await _seconds(0.1)


func _rolls_the_seed() -> void:
	var seed_row: SeedProperty = _parts(SeedProperty)[0]
	var die: Button = seed_row.find_children("*", "Button", true, false).filter(
		func(button: Button) -> bool: return "Another seed" in button.tooltip_text)[0]
	die.pressed.emit()
	await _seconds(0.2)
	_check("the die changes the seed", _node.bake_seed > 0)
	var map: Dictionary = JSON.parse_string(FileAccess.get_file_as_string(MAP))
	_check("which the map has at once", int(str(map["seed"])) == _node.bake_seed)
	var spin: EditorSpinSlider = seed_row.find_children("*", "EditorSpinSlider", true, false)[0]
	_check("and the inspector shows", int(spin.value) == _node.bake_seed)
	spin.value = 12
	_check("a seed can be typed", _node.bake_seed == 12)
	_undo()
	_undo()
	_check("and all of it undone", _node.bake_seed == 0)
	_check("what the map lacks is said aloud", "terrain" in _toasts() and "2 more stand as warnings at Bake" in _toasts())


func _names_tiles() -> void:
	var list: UnmappedTiles = _parts(UnmappedTiles)[0]
	var fields: Array[Node] = list.find_children("*", "LineEdit", true, false)
	_check("tiles without a terrain are listed", list.visible and fields.size() == 2)
	_check("each kind with its name", (fields[0] as LineEdit).placeholder_text == "terrain of tile 0:1,2")
	var icons: Array[Node] = list.find_children("*", "TextureRect", true, false)
	_check("and its picture", (icons[0] as TextureRect).texture is AtlasTexture)
	_type(fields[0] as LineEdit, "  moss ")
	await _seconds(0.5)
	_check("a name that is typed is its terrain", _node.tile_terrains == {"0:1,2": "moss"})
	var left: Array[Node] = _parts(UnmappedTiles)[0].find_children("*", "LineEdit", true, false)
	_check("and it leaves the list", left.size() == 1)
	_undo()
	_check("until that is undone", _node.tile_terrains.is_empty())


func _warns_of_what_is_left_out() -> void:
	await _save()
	var warnings: String = "\n".join(_node._get_configuration_warnings())
	_check("what is left out stands at the node", "Larger: the layer is left out: its tiles are (32.0, 32.0)" in warnings)
	_check("with its hint", "give it a BakedTileMap of its own" in warnings)
	_check("tiles without a terrain too", "the tile 0:1,2 has no terrain" in warnings)
	(EditorInterface.get_edited_scene_root().get_node("Larger") as TileMapLayer).enabled = false
	await _save()
	_check("until it is mended", "left out" not in "\n".join(_node._get_configuration_warnings()))


func _follows_a_moved_layer() -> void:
	var picture: PlaceholderTexture2D = PlaceholderTexture2D.new()
	picture.size = Vector2(64, 48)
	_node.show_bake(picture, Rect2(0, 0, 64, 48))
	var ground: TileMapLayer = EditorInterface.get_edited_scene_root().get_node("Ground")
	var before: PackedByteArray = FileAccess.get_file_as_bytes(MAP)
	ground.transform = Transform2D(0.5, Vector2(2, 2), 0.0, Vector2(30, 40))
	await _save()
	_check("a save brings the painting over a layer that was moved", _node.transform.is_equal_approx(ground.transform))
	_check("of which the map knows nothing", FileAccess.get_file_as_bytes(MAP) == before)
	_node.texture = null


func _keeps_map_files() -> void:
	var root: Node = EditorInterface.get_edited_scene_root()
	var before: PackedByteArray = FileAccess.get_file_as_bytes(MAP)
	var second: BakedTileMap = BakedTileMap.new()
	second.name = "Second"
	second.base_prompt = "another one"
	root.add_child(second)
	second.owner = root
	await _save()
	_check("a second painting leaves the first its map", FileAccess.get_file_as_bytes(MAP) == before)
	_check("and gets one of its own", FileAccess.file_exists("res://maps/level.Second.tilebake.json"))
	var scene: String = FileAccess.get_file_as_string(SCENE)
	_check("both are saved with the scene", scene.count("map_file = ") == 2 and 'map_file = "%s"' % MAP in scene)
	root.remove_child(_node)
	await _save()
	_check("without the first it keeps its own", FileAccess.get_file_as_bytes(MAP) == before)
	_node.free()


func _save() -> void:
	var error: Error = EditorInterface.save_scene()
	assert(error == OK)
	await _seconds(1.5)  # the export follows a save when it has been quiet


func _look(terrain: String) -> TilebakeTerrain:
	return _node.terrains[terrain]


func _undo() -> void:
	var history: int = get_undo_redo().get_object_history_id(_node)
	var undone: bool = get_undo_redo().get_history_undo_redo(history).undo()
	assert(undone)


func _type(field: LineEdit, text: String) -> void:
	field.text = text
	field.text_submitted.emit(text)


func _toasts() -> String:
	return "\n".join(_words(EditorInterface.get_editor_toaster().find_children("*", "", true, false)))


## What labels say.
func _words(parts: Array[Node]) -> PackedStringArray:
	var words: PackedStringArray = []
	for part: Node in parts:
		for label: Label in part.find_children("*", "Label", true, false):
			words += PackedStringArray([label.text])
	return words


func _parts(script: GDScript) -> Array[Node]:
	return EditorInterface.get_inspector().find_children("*", "", true, false).filter(
		func(child: Node) -> bool: return child.get_script() == script and not child.is_queued_for_deletion())


func _check(promise: String, holds: bool) -> void:
	print(("OK " if holds else "BAD ") + promise)


func _seconds(count: float) -> void:
	await get_tree().create_timer(count).timeout
