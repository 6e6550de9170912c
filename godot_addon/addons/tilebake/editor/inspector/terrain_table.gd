@tool
extends VBoxContainer
## List the terrains of a BakedTileMap's layers, with a row each to describe it.

const TilebakeSceneSetup = preload("../maps/scene_setup.gd")
const TilebakeSignals = preload("../../nodes/signals.gd")
const TilebakeTerrainRow = preload("terrain_row.gd")
const TilebakeUi = preload("../dock/ui.gd")

var _node: BakedTileMap
var _undo: EditorUndoRedoManager


func _init(node: BakedTileMap, undo: EditorUndoRedoManager) -> void:
	_node = node
	_undo = undo
	var advice: TilebakePromptAdvice = null
	if TilebakePromptAdvice.is_due(TilebakeProjectFile.find("res://")):
		advice = TilebakePromptAdvice.new()
	for terrain: String in _names():
		var described: TilebakeTerrain = node.terrains.get(terrain)
		var row: TilebakeTerrainRow = TilebakeTerrainRow.new(terrain, described, advice)
		TilebakeSignals.on(row.changed, _on_changed.bind(terrain))
		add_child(row)
	if get_child_count() == 0:
		var hint: Label = TilebakeUi.make_wrapped_label()
		hint.text = "The tiles have no terrains. Add a custom data layer %s to the TileSet, or name the tiles below." % (
			TilebakeTileNames.DATA_LAYER)
		add_child(hint)


func _names() -> Array[String]:
	var names: Array[String] = TilebakeSceneSetup.terrain_names(_node.source_layers())
	for also: String in _node.terrains.keys() + _node.tile_terrains.values():
		if also not in names:
			names.append(also)
	return names


func _on_changed(prompt: String, weight: float, terrain: String) -> void:
	var before: TilebakeTerrain = _node.terrains.get(terrain)
	var described: TilebakeTerrain = TilebakeTerrain.new()
	if before != null:
		described = before.duplicate()
	if described.prompt == prompt and is_equal_approx(described.weight, weight):
		return
	described.prompt = prompt
	described.weight = weight
	var terrains: Dictionary[String, TilebakeTerrain] = _node.terrains.duplicate()
	terrains[terrain] = described
	_undo.create_action("Describe %s" % terrain, UndoRedo.MERGE_DISABLE, _node)
	_undo.add_do_property(_node, &"terrains", terrains)
	_undo.add_undo_property(_node, &"terrains", _node.terrains)
	_undo.commit_action()
