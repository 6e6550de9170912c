extends SceneTree
## Build scenes from a description and save them as the editor would, for the tests of the export.
##
## The description is a JSON file: a list of {"path", "tile_set", "root"}; a node is {"type", "name", "set",
## "cells", "layers", "children", "tile_set"}; "colours" of a tile set give its tiles pictures. Values under "set"
## are written as in a scene file.

const Baked: GDScript = preload("res://addons/tilebake/nodes/baked_tile_map.gd")
const SIDE: int = 8
const TERRAINS: Array[String] = ["grass", "water", "sand"]


func _init() -> void:
	var described: Array = JSON.parse_string(FileAccess.get_file_as_string(OS.get_cmdline_user_args()[0]))
	for scene: Dictionary in described:
		_make_scene(scene)
	quit(0)


func _make_scene(scene: Dictionary) -> void:
	var tiles: Dictionary = scene.get("tile_set", {})
	var described: Dictionary = scene["root"]
	var top: Node = _make_node(described, _make_tile_set(tiles))
	_own(top, top)
	var packed: PackedScene = PackedScene.new()
	assert(packed.pack(top) == OK)
	var path: String = scene["path"]
	var _made: Error = DirAccess.make_dir_recursive_absolute(path.get_base_dir())
	assert(ResourceSaver.save(packed, path) == OK)
	top.free()


func _own(node: Node, top: Node) -> void:
	for child: Node in node.get_children():
		if child.owner == null:
			child.owner = top
		_own(child, top)


func _make_node(described: Dictionary, tile_set: TileSet) -> Node:
	var type: String = described["type"]
	if described.has("tile_set"):
		var own: Dictionary = described["tile_set"]
		tile_set = _make_tile_set(own)
	var node: Node = _new_node(type, described, tile_set)
	node.name = str(described.get("name", type))
	var values: Dictionary = described.get("set", {})
	for key: String in values:
		node.set(key, str_to_var(str(values[key])))
	var children: Array = described.get("children", [])
	for child: Dictionary in children:
		node.add_child(_make_node(child, tile_set))
	return node


func _new_node(type: String, described: Dictionary, tile_set: TileSet) -> Node:
	match type:
		"TileMapLayer":
			var layer: TileMapLayer = TileMapLayer.new()
			var cells: Array = described.get("cells", [])
			layer.tile_set = tile_set
			for cell: Array in cells:
				layer.set_cell(_pair(cell, 0), int(_number(cell, 2)), _pair(cell, 3), int(_number(cell, 5)))
			return layer
		"TileMap":
			return _new_tile_map(described, tile_set)
		"BakedTileMap":
			return Baked.call(&"new")
		"instance", "inherited":
			var inherits: bool = type == "inherited"
			var packed: PackedScene = load(str(described["scene"]))
			return packed.instantiate(
				PackedScene.GEN_EDIT_STATE_MAIN_INHERITED if inherits else PackedScene.GEN_EDIT_STATE_INSTANCE
			)
	return ClassDB.instantiate(type)


func _new_tile_map(described: Dictionary, tile_set: TileSet) -> TileMap:
	var tile_map: TileMap = TileMap.new()
	tile_map.tile_set = tile_set
	var layers: Array = described["layers"]
	for index: int in layers.size():
		var layer: Dictionary = layers[index]
		if index > 0:
			tile_map.add_layer(index)
		tile_map.set_layer_name(index, str(layer.get("name", "")))
		var enabled: bool = layer.get("enabled", true)
		tile_map.set_layer_enabled(index, enabled)
		tile_map.set_layer_z_index(index, int(str(layer.get("z", 0))))
		var cells: Array = layer["cells"]
		for cell: Array in cells:
			tile_map.set_cell(
				index, _pair(cell, 0), int(_number(cell, 2)), _pair(cell, 3), int(_number(cell, 5))
			)
	return tile_map


## Source 0: an atlas, in whose row 0 the TileSet's terrains name tiles, in row 1 custom data do, in row 2 nothing.
## Source 1: scenes.
func _make_tile_set(described: Dictionary) -> TileSet:
	var tile_set: TileSet = TileSet.new()
	tile_set.tile_shape = int(str(described.get("shape", 0))) as TileSet.TileShape
	tile_set.tile_layout = int(str(described.get("layout", 0))) as TileSet.TileLayout
	tile_set.tile_offset_axis = int(str(described.get("axis", 0))) as TileSet.TileOffsetAxis
	var size: Array = described.get("size", [16, 16])
	tile_set.tile_size = _pair(size, 0)
	tile_set.add_terrain_set()
	var terrains: Array = described.get("terrains", TERRAINS)
	for name: String in terrains:
		tile_set.add_terrain(0)
		tile_set.set_terrain_name(0, tile_set.get_terrains_count(0) - 1, name)
	tile_set.add_custom_data_layer()
	tile_set.set_custom_data_layer_name(0, "tilebake_terrain")
	tile_set.set_custom_data_layer_type(0, TYPE_STRING)
	var colours: Array = described.get("colours", [])
	var _first: int = tile_set.add_source(_make_atlas(tile_set, colours), 0)
	_fill_atlas(tile_set.get_source(0) as TileSetAtlasSource)
	var scenes: TileSetScenesCollectionSource = TileSetScenesCollectionSource.new()
	var tree: Node2D = Node2D.new()
	var packed: PackedScene = PackedScene.new()
	assert(packed.pack(tree) == OK)
	tree.free()
	var _scene_id: int = scenes.create_scene_tile(packed, 5)
	var _second: int = tile_set.add_source(scenes, 1)
	return tile_set


## Make an atlas without a picture, or with a colour for each column.
func _make_atlas(tile_set: TileSet, colours: Array) -> TileSetAtlasSource:
	var atlas: TileSetAtlasSource = TileSetAtlasSource.new()
	var texture: PlaceholderTexture2D = PlaceholderTexture2D.new()
	texture.size = tile_set.tile_size * SIDE
	atlas.texture = texture if colours.is_empty() else _paint(colours, tile_set.tile_size)
	atlas.texture_region_size = tile_set.tile_size
	return atlas


func _paint(colours: Array, tile: Vector2i) -> Texture2D:
	var image: Image = Image.create_empty(tile.x * SIDE, tile.y * SIDE, false, Image.FORMAT_RGBA8)
	for column: int in colours.size():
		image.fill_rect(Rect2i(column * tile.x, 0, tile.x, image.get_height()), Color(str(colours[column])))
	return ImageTexture.create_from_image(image)


func _fill_atlas(atlas: TileSetAtlasSource) -> void:
	for column: int in TERRAINS.size():
		for row: int in 3:
			atlas.create_tile(Vector2i(column, row))
		var named: TileData = atlas.get_tile_data(Vector2i(column, 0), 0)
		named.terrain_set = 0
		named.terrain = column
		var custom: TileData = atlas.get_tile_data(Vector2i(column, 1), 0)
		custom.terrain_set = 0
		custom.terrain = 0
		custom.set_custom_data("tilebake_terrain", "custom " + TERRAINS[column])
	var other: int = atlas.create_alternative_tile(Vector2i(0, 0))
	atlas.get_tile_data(Vector2i(0, 0), other).set_custom_data("tilebake_terrain", "dry grass")


static func _number(list: Array, index: int) -> float:
	return list[index]


static func _pair(list: Array, index: int) -> Vector2i:
	return Vector2i(int(_number(list, index)), int(_number(list, index + 1)))
