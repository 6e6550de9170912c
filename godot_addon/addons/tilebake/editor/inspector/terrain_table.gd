@tool
extends VBoxContainer
## TerrainTable: a row for every terrain of a BakedTileMap's layers, to say what it looks like.

const SceneSetup = preload("../maps/scene_setup.gd")
const Signals = preload("../../core/signals.gd")
const TerrainRow = preload("terrain_row.gd")
const Ui = preload("../dock/ui.gd")

var _node: BakedTileMap
var _undo: EditorUndoRedoManager


func _init(node: BakedTileMap, undo: EditorUndoRedoManager) -> void:
	_node = node
	_undo = undo
	for terrain: String in _names():
		var look: TilebakeTerrain = node.terrains.get(terrain)
		var row: TerrainRow = TerrainRow.new(terrain, look)
		Signals.on(row.changed, _on_changed.bind(terrain))
		add_child(row)
	if get_child_count() == 0:
		var hint: Label = Ui.wrapped_label()
		hint.text = "The tiles name no terrains. Add a custom data layer %s to the TileSet, or map tiles below." % (
			TilebakeCellTerrain.DATA_LAYER)
		add_child(hint)


func _names() -> Array[String]:
	var names: Array[String] = SceneSetup.terrain_names(_node.source_layers())
	for also: String in _node.terrains.keys() + _node.tile_terrains.values():
		if also not in names:
			names.append(also)
	return names


func _on_changed(prompt: String, weight: float, terrain: String) -> void:
	var before: TilebakeTerrain = _node.terrains.get(terrain)
	var look: TilebakeTerrain = TilebakeTerrain.new()
	if before != null:
		look = before.duplicate()
	if look.prompt == prompt and is_equal_approx(look.weight, weight):
		return
	look.prompt = prompt
	look.weight = weight
	var terrains: Dictionary[String, TilebakeTerrain] = _node.terrains.duplicate()
	terrains[terrain] = look
	_undo.create_action("Describe %s" % terrain, UndoRedo.MERGE_DISABLE, _node)
	_undo.add_do_property(_node, &"terrains", terrains)
	_undo.add_undo_property(_node, &"terrains", _node.terrains)
	_undo.commit_action()
