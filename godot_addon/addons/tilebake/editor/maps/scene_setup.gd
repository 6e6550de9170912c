@tool
extends RefCounted
## Add a BakedTileMap to a scene and fill in what it can, for "Bake this Scene".


## Add a BakedTileMap for each group of the layers that have none, in one undoable step. It comes before the lowest of
## them: the painting then lies over what is behind the tiles, and under all else. Returns the nodes.
static func set_up(
	root: Node, layers: Array[Node], undo: EditorUndoRedoManager, guess: TilebakeNameGuess
) -> Array[BakedTileMap]:
	var made: Array[BakedTileMap] = []
	for layer: Node in layers:
		if layer in layers_without(root):
			made.append(_add_beside(layer, root, guess))
	if made.is_empty():
		return made
	undo.create_action("Bake this Scene", UndoRedo.MERGE_DISABLE, root)
	for node: BakedTileMap in made:
		undo.add_do_method(node.get_parent(), &"add_child", node, true)
		undo.add_do_method(node.get_parent(), &"move_child", node, node.get_index())
		undo.add_do_property(node, &"owner", root)
		undo.add_do_reference(node)
		undo.add_undo_method(node.get_parent(), &"remove_child", node)
	for index: int in range(made.size() - 1, -1, -1):  # the action adds them again; each place counts those before it
		made[index].get_parent().remove_child(made[index])
	undo.commit_action()
	return made


## Return the visible layers with tiles that no BakedTileMap of the scene is beside, in the order of the tree. Scenes that
## are instanced with paintings of their own are left out.
static func layers_without(root: Node) -> Array[Node]:
	var beside: Dictionary[Node, bool] = {}
	for baked: BakedTileMap in TilebakeLayerList.baked_in(root):
		for layer: Node in baked.layers_beside() + baked.source_layers():
			beside[layer] = true
	var found: Array[Node] = []
	_find_layers(root, root, found)
	return found.filter(func(layer: Node) -> bool: return not beside.has(layer))


## Return the scenes that are instanced in a scene and have paintings of their own.
static func painted_instances(node: Node) -> PackedStringArray:
	var found: PackedStringArray = []
	for child: Node in node.get_children():
		if not child.scene_file_path.is_empty() and not TilebakeLayerList.baked_in(child).is_empty():
			if child.scene_file_path not in found:
				found += PackedStringArray([child.scene_file_path])
		else:
			found += painted_instances(child)
	return found


static func _find_layers(node: Node, root: Node, found: Array[Node]) -> void:
	if node is CanvasItem and not (node as CanvasItem).visible:
		return
	if node != root and node.owner == null:
		return  # a script has added it: it is in no scene file, and cannot be named
	if node != root and not node.scene_file_path.is_empty() and not TilebakeLayerList.baked_in(node).is_empty():
		return
	if TilebakeLayerSearch.has_tiles(node):
		found.append(node)
	for child: Node in node.get_children():
		_find_layers(child, root, found)


## Add a BakedTileMap beside a layer, or beside the instance that it comes with.
static func _add_beside(layer: Node, root: Node, guess: TilebakeNameGuess) -> BakedTileMap:
	var made: BakedTileMap = BakedTileMap.new()
	made.name = "Painting"
	var parent: Node = root
	if layer != root:
		var own: Node = layer
		while own.owner != root:
			own = own.owner
		parent = own.get_parent()
	parent.add_child(made, true)
	made.owner = root
	var layers: Array[Node] = made.source_layers()
	TilebakeLayerUse.new(guess).choose_for(made)
	var lowest: Node = layers[0] if made.source_layers().is_empty() else made.source_layers()[0]
	made.z_index = TilebakeLayerSearch.absolute_z(lowest) - TilebakeLayerSearch.absolute_z(parent)
	parent.move_child(made, _index_before(lowest, parent))
	return made


## Return the index of the child of a parent that a layer is or lies below: what comes before it there is drawn under
## the layer, and all else over it. The parent's own tiles are drawn before its children.
static func _index_before(layer: Node, parent: Node) -> int:
	if layer == parent:
		return 0
	var place: Node = layer
	while place.get_parent() != parent:
		place = place.get_parent()
	return place.get_index()
