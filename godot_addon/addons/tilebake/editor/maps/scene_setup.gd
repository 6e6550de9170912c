@tool
extends RefCounted
## Add a BakedTileMap to a scene and fill in what it can, for "Bake this Scene".


## Add a BakedTileMap after the layers of a scene, in one undoable step.
## Returns null where there is nothing to paint.
static func set_up(root: Node, undo: EditorUndoRedoManager) -> BakedTileMap:
	var made: BakedTileMap = BakedTileMap.new()
	made.name = "Painting"
	var parent: Node = _parent_for(root)
	parent.add_child(made)
	var layers: Array[Node] = made.source_layers()
	made.terrains = terrains_of(layers)
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


## Describe every terrain that the layers' tiles can have. A terrain that tilebake.toml describes stays empty; the
## others get their names as prompts, until the user writes better ones.
static func terrains_of(layers: Array[Node]) -> Dictionary[String, TilebakeTerrain]:
	var shared: Dictionary[String, String] = TilebakeProjectFile.find("res://").terrains
	var found: Dictionary[String, TilebakeTerrain] = {}
	for name: String in terrain_names(layers):
		found[name] = TilebakeTerrain.new()
		if name not in shared:
			found[name].prompt = name.capitalize().to_lower()
	return found


## Return the terrains' names, sorted.
static func terrain_names(layers: Array[Node]) -> Array[String]:
	var names: Dictionary[String, bool] = {}
	for tiles: TileSet in _tile_sets(layers):
		for terrain_set: int in tiles.get_terrain_sets_count():
			for terrain: int in tiles.get_terrains_count(terrain_set):
				names[tiles.get_terrain_name(terrain_set, terrain)] = true
		if tiles.get_custom_data_layer_by_name(TilebakeTileNames.DATA_LAYER) != -1:
			_collect_custom(tiles, names)
	var _was_there: bool = names.erase("") or names.erase(TilebakeTileNames.LEAVE_OUT)
	var sorted: Array[String] = names.keys()
	sorted.sort()
	return sorted


static func _tile_sets(layers: Array[Node]) -> Array[TileSet]:
	var found: Array[TileSet] = []
	for layer: Node in layers:
		var tiles: TileSet = (
			(layer as TileMapLayer).tile_set if layer is TileMapLayer else (layer as TileMap).tile_set)
		if tiles != null and tiles not in found:
			found.append(tiles)
	return found


static func _collect_custom(tiles: TileSet, names: Dictionary[String, bool]) -> void:
	for index: int in tiles.get_source_count():
		var source: TileSetAtlasSource = tiles.get_source(tiles.get_source_id(index)) as TileSetAtlasSource
		if source == null:
			continue
		for index_of_tile: int in source.get_tiles_count():
			var tile: Vector2i = source.get_tile_id(index_of_tile)
			for alternative: int in source.get_alternative_tiles_count(tile):
				var data: TileData = source.get_tile_data(tile, source.get_alternative_tile_id(tile, alternative))
				names[TilebakeTileNames.clean(str(data.get_custom_data(TilebakeTileNames.DATA_LAYER)))] = true


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
