@tool
extends RefCounted
## Find and open the scenes that maps come from.


## Return the BakedTileMap nodes of the scene being edited.
static func paintings_in_scene() -> Array[BakedTileMap]:
	var root: Node = EditorInterface.get_edited_scene_root()
	var none: Array[BakedTileMap] = []
	return TilebakeLayerList.baked_in(root) if root != null else none


## Return those whose map file is [param map_path].
static func paintings_of_map(map_path: String) -> Array[BakedTileMap]:
	var root: Node = EditorInterface.get_edited_scene_root()
	var found: Array[BakedTileMap] = []
	if root != null:
		var paths: Dictionary[BakedTileMap, String] = TilebakeMapPaths.map_paths(root)
		found.assign(paths.keys().filter(func(node: BakedTileMap) -> bool: return paths[node] == map_path))
	return found


## Open the scene that a map comes from and select its painting. Returns the painting; null if there is none.
static func open(map_path: String) -> BakedTileMap:
	if paintings_of_map(map_path).is_empty():
		var scene: String = TilebakeMapOwner.scene_of(map_path)
		if scene.is_empty():
			return null
		EditorInterface.open_scene_from_path(scene)
	EditorInterface.set_main_screen_editor("2D")
	var painted: Array[BakedTileMap] = paintings_of_map(map_path)
	if painted.is_empty():
		return null
	select(painted[0])
	return painted[0]


## Select a node alone, so that the inspector shows it.
static func select(node: Node) -> void:
	if not node.is_inside_tree():
		return  # an undo has taken it away meanwhile
	EditorInterface.get_selection().clear()
	EditorInterface.get_selection().add_node(node)
	EditorInterface.edit_node(node)
