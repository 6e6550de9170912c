@tool
extends VBoxContainer
## List the terrains of a BakedTileMap's layers, with a row each to describe it.

const TilebakeSignals = preload("../../nodes/signals.gd")
const TilebakeTerrainRow = preload("terrain_row.gd")

var _node: BakedTileMap
var _undo: EditorUndoRedoManager
var _guess: TilebakeNameGuess
var _history: UndoRedo
var _shown: Array = []  # what the rows were made by
var _rows: Dictionary[String, TilebakeTerrainRow] = {}  # by their terrains


func _init(node: BakedTileMap, undo: EditorUndoRedoManager, guess: TilebakeNameGuess) -> void:
	_node = node
	_undo = undo
	_guess = guess
	_history = undo.get_history_undo_redo(undo.get_object_history_id(node))
	_make()


func _enter_tree() -> void:
	TilebakeSignals.on(_history.version_changed, _on_version_changed)


func _exit_tree() -> void:
	if is_instance_valid(_history):
		_history.version_changed.disconnect(_on_version_changed)


## Show in the rows what the node says now, and make them anew where tiles have been named otherwise. The first comes at
## once: a row that goes leaves the focus, and would write back what was undone.
func _on_version_changed() -> void:
	if not is_instance_valid(_node):
		return
	for terrain: String in _rows:
		var described: TilebakeTerrain = _node.terrains.get(terrain)
		_rows[terrain].show_terrain(described)
	if _state() != _shown:
		_make.call_deferred()


func _state() -> Array:
	return TilebakeTileNames.words_of(_node) + [_node.terrains.keys()]


func _make() -> void:
	for child: Node in get_children():
		remove_child(child)
		child.queue_free()
	_rows.clear()
	_shown = _state()
	var advice: TilebakePromptAdvice = null
	if TilebakePromptAdvice.is_due(TilebakeProjectFile.find("res://")):
		advice = TilebakePromptAdvice.new()
	for terrain: String in _names():
		var described: TilebakeTerrain = _node.terrains.get(terrain)
		var row: TilebakeTerrainRow = TilebakeTerrainRow.new(
			terrain, described, TilebakePromptWords.prompt_without(terrain), advice)
		TilebakeSignals.on(row.changed, _on_changed.bind(terrain))
		add_child(row)
		_rows[terrain] = row


## Return the terrains of the tiles, and those that the node describes.
func _names() -> PackedStringArray:
	var names: PackedStringArray = TilebakeTileNames.in_use(_node, _guess)
	for also: String in _node.terrains:
		if also not in names:
			names += PackedStringArray([also])
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
