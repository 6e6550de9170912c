@tool
extends EditorInspectorPlugin
## What the inspector shows beside the properties of a BakedTileMap and of tile layers.

const MapActions = preload("../map_actions.gd")
const SeedProperty = preload("seed_property.gd")
const TerrainTable = preload("terrain_table.gd")
const UnmappedTiles = preload("unmapped_tiles.gd")
const Ui = preload("../dock/ui.gd")

var _actions: MapActions
var _undo: EditorUndoRedoManager


func _init(actions: MapActions, undo: EditorUndoRedoManager) -> void:
	_actions = actions
	_undo = undo


func _can_handle(object: Object) -> bool:
	return object is BakedTileMap or object is TileMapLayer or object is TileMap


func _parse_begin(object: Object) -> void:
	if object is Node and (object as Node).owner == null and object != EditorInterface.get_edited_scene_root():
		return
	var button: Button = Ui.button(
		"Bake this Scene", "Paint the tile layers of this scene into one picture", _actions.bake_scene)
	Ui.show_icon(button, &"Paint")
	add_custom_control(button)


func _parse_property(
	object: Object, _type: Variant.Type, name: String, _hint: PropertyHint, _words: String, _usage: int, _wide: bool
) -> bool:
	var node: BakedTileMap = object as BakedTileMap
	if node == null:
		return false
	match name:
		"bake_seed":
			add_property_editor(name, SeedProperty.new(_actions.re_roll_node.bind(node)))
			return true
		"terrains":
			add_custom_control(TerrainTable.new(node, _undo))
		"tile_terrains":
			add_custom_control(UnmappedTiles.new(node, _undo))
	return false
