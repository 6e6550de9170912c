@tool
extends RefCounted
## Name tiles and choose layers at a BakedTileMap, each in one step that can be undone.

var _node: BakedTileMap
var _undo: EditorUndoRedoManager


func _init(node: BakedTileMap, undo: EditorUndoRedoManager) -> void:
	_node = node
	_undo = undo


## Name kinds of tiles; an empty word takes their names away, so that proposals count again.
func name_kinds(kinds: Array[TilebakeTileKind], word: String) -> void:
	var words: Dictionary[String, String] = _node.tile_terrains.duplicate()
	for kind: TilebakeTileKind in kinds:
		if word.is_empty():
			var _was_named: bool = words.erase(kind.key) or words.erase(kind.tile)
		else:
			words[kind.key] = word
	var title: String = "Take a Tile's Name Away" if word.is_empty() else "Name Tiles \"%s\"" % word
	_commit(title, {&"tile_terrains": words})


## Return each layer beside the painting and what it makes of it, in drawing order.
func uses() -> Dictionary[Node, TilebakeLayerUse.Use]:
	var painted: Array[Node] = _node.source_layers()
	var hidden: Array[Node] = _node.hidden_beside()
	var found: Dictionary[Node, TilebakeLayerUse.Use] = {}
	for layer: Node in _node.layers_beside() + painted + hidden:
		if TilebakeLayerList.tiled_in(layer).is_empty():
			continue
		found[layer] = TilebakeLayerUse.Use.ON_TOP
		if layer in hidden:
			found[layer] = TilebakeLayerUse.Use.NEITHER
		elif layer in painted:
			found[layer] = TilebakeLayerUse.Use.PAINTED
	return found


## Choose what the painting makes of a layer.
func set_use(layer: Node, use: TilebakeLayerUse.Use) -> void:
	var chosen: Dictionary[Node, TilebakeLayerUse.Use] = uses()
	chosen[layer] = use
	_commit("Choose What Is Painted of %s" % layer.name, TilebakeLayerUse.to_properties(_node, chosen))


func _commit(title: String, values: Dictionary[StringName, Variant]) -> void:
	_undo.create_action(title, UndoRedo.MERGE_DISABLE, _node)
	for name: StringName in values:
		_undo.add_do_property(_node, name, values[name])
		_undo.add_undo_property(_node, name, _node.get(name))
	_undo.commit_action()
