extends SceneTree
## Builds the demo's tile sets and levels from the drawings below. Draw and import the tiles first.
##
## godot --headless --path godot_addon -s demo/make/build_scenes.gd

const Baked = preload("res://addons/tilebake/nodes/baked_tile_map.gd")

const TERRAINS: Array[String] = ["grass", "forest", "water", "sand", "path"]
const COLOURS: Array[Color] = [Color.LIME_GREEN, Color.DARK_GREEN, Color.DODGER_BLUE, Color.KHAKI, Color.SIENNA]
const LETTERS: String = "gfwsp"
const VARIANTS: int = 4

## What of the window the levels may fill.
const VIEW: Vector2 = Vector2(1000.0, 600.0)

const GROUND: Array[String] = [
	"fffffffggggggggffffffggg",
	"fffffggggggggggggfffgggg",
	"ffffggggggggggggggfggggg",
	"fffggggggggggggggggggggg",
	"ffgggggggggsssssgggggggg",
	"fgggggggsssswwwsssgggggg",
	"ggggggggsswwwwwwwssggggg",
	"gggggggsswwwwwwwwwssgggg",
	"ggggggggswwwwwwwwwwssggg",
	"fggggggggsswwwwwwwwwssgg",
	"ffgggggggggssswwwwwwwsss",
	"fffgggggggggggsswwwwwwww",
	"ffffggggggffggggsswwwwww",
	"fffffggggffffggggsswwwww",
	"ffffffffffffffgggggsswww",
	"fffffffffffffffgggggssww",
]
## Laid over the ground, on a layer of its own.
const PATHS: Array[String] = [
	"........................",
	"...............ppppppppp",
	"..............pp........",
	"......pppppppp..........",
	".....pp.................",
	".....p..................",
	"pppppp..................",
	".....p..................",
	".....pp.................",
	"......pp................",
	".......pp...............",
	"........pppp............",
	"...........pp...........",
	"............pp..........",
	".............ppp........",
	"...............p........",
]
const ISLAND: Array[String] = [
	"wwwwwwwwww",
	"wwsssswwww",
	"wsggggssww",
	"wsgffggsww",
	"wsgffggssw",
	"wsgggppgsw",
	"wwsggpggsw",
	"wwwssssssw",
	"wwwwwwwwww",
]


func _initialize() -> void:
	_scene("demo", _tile_set("square", false), [GROUND, PATHS])
	_scene("isometric", _tile_set("isometric", true), [ISLAND])
	_scene("half_offset", _tile_set("half_offset", true), [ISLAND])
	_scene("hex", _tile_set("hex", false), [ISLAND])
	quit()


## Half of the tile sets name terrains the way Godot's terrain tool does, half in the custom data layer.
func _tile_set(shape: String, custom_data: bool) -> TileSet:
	var tiles: TileSet = TileSet.new()
	tiles.tile_shape = _shape_of(shape)
	tiles.tile_layout = TileSet.TILE_LAYOUT_DIAMOND_DOWN if shape == "isometric" else TileSet.TILE_LAYOUT_STACKED
	var texture: Texture2D = load("res://demo/tiles/%s.png" % ("square" if shape == "half_offset" else shape))
	tiles.tile_size = Vector2i(texture.get_size() / Vector2(VARIANTS, TERRAINS.size()))
	if custom_data:
		tiles.add_custom_data_layer()
		tiles.set_custom_data_layer_name(0, "tilebake_terrain")
		tiles.set_custom_data_layer_type(0, TYPE_STRING)
	else:
		_name_terrains(tiles)
	_add_tiles(tiles, texture, custom_data)
	_save(tiles, "res://demo/tiles/%s.tres" % shape)
	return load("res://demo/tiles/%s.tres" % shape)


func _shape_of(shape: String) -> TileSet.TileShape:
	match shape:
		"isometric":
			return TileSet.TILE_SHAPE_ISOMETRIC
		"half_offset":
			return TileSet.TILE_SHAPE_HALF_OFFSET_SQUARE
		"hex":
			return TileSet.TILE_SHAPE_HEXAGON
	return TileSet.TILE_SHAPE_SQUARE


func _name_terrains(tiles: TileSet) -> void:
	tiles.add_terrain_set()
	for index: int in TERRAINS.size():
		tiles.add_terrain(0)
		tiles.set_terrain_name(0, index, TERRAINS[index])
		tiles.set_terrain_color(0, index, COLOURS[index])


func _add_tiles(tiles: TileSet, texture: Texture2D, custom_data: bool) -> void:
	var source: TileSetAtlasSource = TileSetAtlasSource.new()
	source.texture = texture
	source.texture_region_size = tiles.tile_size
	var _id: int = tiles.add_source(source, 0)
	for row: int in TERRAINS.size():
		for variant: int in VARIANTS:
			source.create_tile(Vector2i(variant, row))
			var tile: TileData = source.get_tile_data(Vector2i(variant, row), 0)
			if custom_data:
				tile.set_custom_data("tilebake_terrain", TERRAINS[row])
			else:
				tile.terrain_set = 0
				tile.terrain = row


func _scene(title: String, tiles: TileSet, levels: Array[Array]) -> void:
	var scene: Node2D = Node2D.new()
	scene.name = title.to_pascal_case()
	for index: int in levels.size():
		var layer: TileMapLayer = _layer(tiles, levels[index])
		layer.name = ["Ground", "Paths"][index]
		_adopt(scene, layer)
	var painting: BakedTileMap = Baked.new()
	painting.name = "Painting"
	painting.bake_seed = 7
	if title != "demo":  # small maps: painted larger, and only where there are tiles
		painting.pixels_per_tile = 96 if title == "isometric" else 64
		painting.settings = {"transparent": true}
	_adopt(scene, painting)
	_adopt(scene, _camera(scene.get_child(0) as TileMapLayer))
	var packed: PackedScene = PackedScene.new()
	var _error: Error = packed.pack(scene)
	_save(packed, "res://demo/%s.tscn" % title)
	scene.free()


func _layer(tiles: TileSet, level: Array) -> TileMapLayer:
	var layer: TileMapLayer = TileMapLayer.new()
	layer.tile_set = tiles
	var dice: RandomNumberGenerator = RandomNumberGenerator.new()
	dice.seed = 1
	for y: int in level.size():
		var row: String = level[y]
		for x: int in row.length():
			var terrain: int = LETTERS.find(row[x])
			if terrain >= 0:
				layer.set_cell(Vector2i(x, y), 0, Vector2i(dice.randi_range(0, VARIANTS - 1), terrain))
	return layer


## Looks at the middle of the level, so that every shape of grid is wholly seen.
func _camera(layer: TileMapLayer) -> Camera2D:
	var camera: Camera2D = Camera2D.new()
	camera.name = "Camera"
	var box: Rect2 = Rect2(layer.map_to_local(layer.get_used_cells()[0]), Vector2.ZERO)
	for cell: Vector2i in layer.get_used_cells():
		box = box.expand(layer.map_to_local(cell))
	camera.position = box.get_center()
	camera.zoom = Vector2.ONE * floorf(minf(VIEW.x / box.size.x, VIEW.y / box.size.y) * 4.0) / 4.0
	return camera


func _adopt(scene: Node, child: Node) -> void:
	scene.add_child(child)
	child.owner = scene


func _save(resource: Resource, path: String) -> void:
	print("%s: %s" % [path, error_string(ResourceSaver.save(resource, path))])
