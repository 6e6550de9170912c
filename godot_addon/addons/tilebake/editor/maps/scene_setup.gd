@tool
extends RefCounted
## Add a BakedTileMap to a scene and fill in what it can, for "Bake this Scene".


## Add a BakedTileMap after the layers of a scene, in one undoable step.
## Returns null where there is nothing to paint.
static func set_up(root: Node, undo: EditorUndoRedoManager, guess: TilebakeNameGuess) -> BakedTileMap:
	var made: BakedTileMap = BakedTileMap.new()
	made.name = "Painting"
	var parent: Node = _parent_for(root)
	parent.add_child(made)
	var layers: Array[Node] = made.source_layers()
	TilebakeLayerUse.new(guess).choose_for(made)
	parent.remove_child(made)
	if layers.is_empty():
		made.free()
		return null
	undo.create_action("Bake this Scene", UndoRedo.MERGE_DISABLE, root)
	undo.add_do_method(parent, &"add_child", made, true)
	undo.add_do_method(parent, &"move_child", made, _index_after(layers, parent))
	undo.add_do_property(made, &"owner", root)
	undo.add_do_reference(made)
	undo.add_undo_method(parent, &"remove_child", made)
	undo.commit_action()
	return made


## Return the first layer's parent, so that the painting shares the layers' space.
static func _parent_for(root: Node) -> Node:
	var layers: Array[Node] = root.find_children("*", "TileMapLayer") + root.find_children("*", "TileMap")
	for layer: Node in layers:
		if layer.owner == root:
			return layer.get_parent()
	return root


## Return the index after the last sibling that holds a layer: over the tiles, under what follows them.
static func _index_after(layers: Array[Node], parent: Node) -> int:
	var place: int = 0
	for sibling: Node in parent.get_children():
		for layer: Node in layers:
			if sibling == layer or sibling.is_ancestor_of(layer):
				place = sibling.get_index() + 1
	return place
