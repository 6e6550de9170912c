extends SceneTree
## Build scenes as awkward as real ones, in flat colours: characters below layers, branches, y-sorting, many TileSets,
## instances, a deprecated TileMap, tiles from 8 to 128 pixels. Each is saved twice: in res://scenes, and in res://before.

const HERO: Color = Color8(255, 0, 0)
const BEHIND: Color = Color8(200, 0, 255)
const TERRAINS: Array[String] = ["grass", "water", "sand", "-"]
const COLOURS: Array[Color] = [Color8(60, 200, 60), Color8(40, 80, 240), Color8(250, 220, 120), Color8(90, 90, 90)]
const GRASS: int = 0
const WATER: int = 1
const SAND: int = 2
const KEPT: int = 3  # is not painted: its custom data says "-"
const DUAL_GRID: String = """
@tool
extends TileMapLayer

func _ready() -> void:
	var unseen: CanvasItemMaterial = CanvasItemMaterial.new()
	unseen.light_mode = CanvasItemMaterial.LIGHT_MODE_LIGHT_ONLY
	material = unseen
	var drawn: TileMapLayer = TileMapLayer.new()
	add_child(drawn)
	drawn.tile_set = tile_set
	drawn.position = -tile_set.tile_size / 2.0
	for cell: Vector2i in get_used_cells():
		var kind: Vector2i = get_cell_atlas_coords(cell)
		var corners: Array[Vector2i] = [cell - Vector2i(1, 0), cell - Vector2i(0, 1), cell - Vector2i(1, 1)]
		if corners.all(func(corner: Vector2i) -> bool: return get_cell_atlas_coords(corner) == kind):
			drawn.set_cell(cell, 0, kind)
"""


func _initialize() -> void:
	for folder: String in ["res://scenes", "res://before"]:
		var _made: Error = DirAccess.make_dir_absolute(folder)
	var own: GDScript = get_script()
	for method: Dictionary in own.get_script_method_list():
		var name: String = method["name"]
		if name.begins_with("make_"):
			var scene: Node = call(name)
			_save(scene, name.trim_prefix("make_"))
	quit()


## Everything is sorted by y, and the level reaches above and left of the origin.
func make_y_sorted() -> Node:
	var scene: Node2D = _sorted(Node2D.new())
	_put(scene, _sorted(_fill(_layer(_tiles(16)), Rect2i(-4, -4, 10, 8))))
	_put(scene, _hero(Vector2(-40, -30), 16))
	_put(scene, _hero(Vector2(40, 20), 16))
	return scene


## Characters are children of the ground, and stand in a branch that has a layer of its own.
func make_heroes_below_layers() -> Node:
	var scene: Node2D = Node2D.new()
	var ground: TileMapLayer = _held(scene, _fill(_layer(_tiles(16)), Rect2i(0, 0, 10, 8))) as TileMapLayer
	_put(ground, _hero(Vector2(40, 40), 16))
	var actors: Node = _held(scene, Node2D.new())
	_put(actors, _hero(Vector2(80, 40), 16))
	_put(actors, _fill(_layer(_tiles(16)), Rect2i(7, 5, 1, 1), SAND))
	return scene


## Layers lie deep in the tree, each with a TileSet of its own; the player comes before the paths.
func make_many_tile_sets() -> Node:
	var scene: Node2D = Node2D.new()
	var world: Node = _held(_held(scene, Node2D.new()), Node2D.new())
	_put(world, _fill(_layer(_tiles(64)), Rect2i(0, 0, 8, 6)))
	_put(world, _hero(Vector2(96, 96), 64))
	_put(world, _fill(_layer(_tiles(64)), Rect2i(2, 2, 4, 1), SAND))
	_put(world, _fill(_layer(_tiles(64)), Rect2i(5, 4, 2, 1), KEPT))
	return scene


## The ground comes from another scene, with a character in it.
func make_instanced() -> Node:
	var room: Node2D = Node2D.new()
	_put(room, _fill(_layer(_tiles(16)), Rect2i(0, 0, 12, 8)))
	_put(room, _hero(Vector2(30, 30), 16))
	_pack(room, "res://room.tscn")
	var scene: Node2D = Node2D.new()
	_put(scene, _box(BEHIND, Rect2(-20, -20, 240, 170)))
	_put(scene, _instance("res://room.tscn"))
	_put(scene, _hero(Vector2(100, 60), 16))
	return scene


## The ground comes from another scene, and a backdrop with it: the painting can only come before both.
func make_backdrop_inside() -> Node:
	var room: Node2D = Node2D.new()
	_put(room, _box(BEHIND, Rect2(-20, -20, 240, 170)))
	_put(room, _fill(_layer(_tiles(16)), Rect2i(0, 0, 12, 8)))
	_pack(room, "res://backdrop.tscn")
	var scene: Node2D = Node2D.new()
	_put(scene, _instance("res://backdrop.tscn"))
	_put(scene, _hero(Vector2(100, 60), 16))
	return scene


## A deprecated TileMap of two layers has props below it.
func make_tile_map() -> Node:
	var scene: Node2D = Node2D.new()
	var map: TileMap = TileMap.new()
	map.tile_set = _tiles(32)
	map.add_layer(1)
	for x: int in 8:
		for y: int in 6:
			map.set_cell(0, Vector2i(x, y), 0, Vector2i(GRASS if x < 4 else WATER, 0))
	map.set_cell(1, Vector2i(3, 3), 0, Vector2i(SAND, 0))
	map.set_cell(1, Vector2i(5, 3), 0, Vector2i(KEPT, 0))
	_put(scene, map)
	_put(map, _hero(Vector2(70, 70), 32))
	return scene


## Isometric and sorted by y, with walls that are not painted and a hero between them.
func make_isometric() -> Node:
	var scene: Node2D = _sorted(Node2D.new())
	var tiles: TileSet = _tiles(32, Vector2i(64, 32), TileSet.TILE_SHAPE_ISOMETRIC)
	_put(scene, _fill(_layer(tiles), Rect2i(0, 0, 6, 6)))
	_put(scene, _sorted(_fill(_layer(tiles), Rect2i(2, 4, 3, 1), KEPT)))
	_put(scene, _hero(Vector2(64, 40), 24))
	return scene


## Tiles of 8 pixels lie at a z index of -1, over a backdrop at -2.
func make_z_indices() -> Node:
	var scene: Node2D = Node2D.new()
	_put(scene, _hero(Vector2(40, 24), 8))
	var ground: TileMapLayer = _fill(_layer(_tiles(8)), Rect2i(0, 0, 16, 10))
	ground.z_index = -1
	_put(scene, ground)
	var behind: CanvasItem = _box(BEHIND, Rect2(-20, -20, 180, 130))
	behind.z_index = -2
	_put(scene, behind)
	return scene


## Tiles of 128 pixels at half their size; some of the layer is not painted, and a hidden layer stays so.
func make_scaled() -> Node:
	var scene: Node2D = Node2D.new()
	_put(scene, _box(BEHIND, Rect2(-30, -30, 520, 400)))
	var ground: TileMapLayer = _fill(_layer(_tiles(128)), Rect2i(-1, 0, 7, 5))
	ground.scale = Vector2(0.5, 0.5)
	ground.set_cell(Vector2i(2, 2), 0, Vector2i(KEPT, 0))
	_put(scene, ground)
	_put(ground, _hero(Vector2(150, 150), 128))
	var hidden: TileMapLayer = _fill(_layer(_tiles(64)), Rect2i(0, 0, 6, 4), SAND)
	hidden.hide()
	_put(scene, hidden)
	return scene


## Nodes that draw nothing keep characters; a canvas layer lies over all of it.
func make_plain_nodes() -> Node:
	var scene: Node = Node.new()
	var world: Node = _held(scene, Node2D.new())
	_put(_held(world, Node.new()), _hero(Vector2(50, 50), 16))
	_put(world, _fill(_layer(_tiles(16)), Rect2i(0, 0, 12, 8)))
	_put(_held(scene, CanvasLayer.new()), _box(HERO, Rect2(0, 0, 30, 12)))
	return scene


## The scene's scene is the layer itself.
func make_layer_as_root() -> Node:
	var scene: TileMapLayer = _fill(_layer(_tiles(48)), Rect2i(-3, -2, 9, 6))
	_put(scene, _hero(Vector2(20, 20), 48))
	_put(scene, _fill(_layer(_tiles(48)), Rect2i(1, 1, 3, 1), SAND))
	return scene


## Two levels in one scene, each with a layer called Ground.
func make_two_maps() -> Node:
	var scene: Node2D = Node2D.new()
	for index: int in 2:
		var part: Node2D = Node2D.new()
		part.position.x = 200.0 * index
		_put(scene, part)
		_put(part, _fill(_layer(_tiles(16)), Rect2i(0, 0, 8, 8)))
		_put(part, _hero(Vector2(60, 60), 16))
	return scene


## Most of the picture is sky, which is a backdrop behind the tiles.
func make_sky() -> Node:
	var scene: Node2D = _sorted(Node2D.new())
	_put(scene, _box(BEHIND, Rect2(0, 0, 256, 160)))
	_put(scene, _fill(_layer(_tiles(16)), Rect2i(0, 9, 16, 1), GRASS))
	_put(scene, _fill(_layer(_tiles(16)), Rect2i(4, 2, 1, 1), SAND))
	_put(scene, _hero(Vector2(130, 120), 16))
	return scene


## A script hides the layer, and draws its tiles on one that no scene holds, half a tile aside: a dual grid.
func make_dual_grid() -> Node:
	var scene: Node2D = Node2D.new()
	var ground: TileMapLayer = _fill(_layer(_tiles(16)), Rect2i(0, 0, 10, 8))
	var script: GDScript = GDScript.new()
	script.source_code = DUAL_GRID
	assert(script.reload() == OK)
	ground.set_script(script)
	_put(scene, ground)
	_put(scene, _hero(Vector2(80, 60), 16))
	return scene


func _tiles(side: int, size: Vector2i = Vector2i.ZERO, shape: TileSet.TileShape = TileSet.TILE_SHAPE_SQUARE) -> TileSet:
	size = Vector2i.ONE * side if size == Vector2i.ZERO else size
	var image: Image = Image.create_empty(size.x * TERRAINS.size(), size.y, false, Image.FORMAT_RGBA8)
	var tiles: TileSet = TileSet.new()
	tiles.tile_size = size
	tiles.tile_shape = shape
	tiles.tile_layout = TileSet.TILE_LAYOUT_DIAMOND_DOWN if shape == TileSet.TILE_SHAPE_ISOMETRIC else TileSet.TILE_LAYOUT_STACKED
	tiles.add_custom_data_layer()
	tiles.set_custom_data_layer_name(0, "tilebake_terrain")
	tiles.set_custom_data_layer_type(0, TYPE_STRING)
	for column: int in TERRAINS.size():
		_draw_tile(image, Rect2i(Vector2i(column * size.x, 0), size), COLOURS[column], shape)
	var atlas: TileSetAtlasSource = TileSetAtlasSource.new()
	atlas.texture = ImageTexture.create_from_image(image)
	atlas.texture_region_size = size
	var _id: int = tiles.add_source(atlas, 0)
	for column: int in TERRAINS.size():
		atlas.create_tile(Vector2i(column, 0))
		atlas.get_tile_data(Vector2i(column, 0), 0).set_custom_data("tilebake_terrain", TERRAINS[column])
	return tiles


func _draw_tile(image: Image, place: Rect2i, colour: Color, shape: TileSet.TileShape) -> void:
	for x: int in place.size.x:
		for y: int in place.size.y:
			var from_middle: Vector2 = (Vector2(x + 0.5, y + 0.5) / Vector2(place.size) - Vector2(0.5, 0.5)).abs() * 2.0
			if shape != TileSet.TILE_SHAPE_ISOMETRIC or from_middle.x + from_middle.y <= 1.0:
				image.set_pixel(place.position.x + x, place.position.y + y, colour)


func _layer(tiles: TileSet) -> TileMapLayer:
	var layer: TileMapLayer = TileMapLayer.new()
	layer.tile_set = tiles
	return layer


## Fill cells of a layer with one kind of tile, or the left half with grass and the right one with water.
func _fill(layer: TileMapLayer, cells: Rect2i, kind: int = -1) -> TileMapLayer:
	for x: int in range(cells.position.x, cells.end.x):
		for y: int in range(cells.position.y, cells.end.y):
			var mixed: int = GRASS if x < cells.get_center().x else WATER
			layer.set_cell(Vector2i(x, y), 0, Vector2i(mixed if kind < 0 else kind, 0))
	return layer


func _instance(path: String) -> Node:
	var packed: PackedScene = load(path)
	return packed.instantiate()


func _hero(place: Vector2, side: float) -> Node2D:
	var body: CharacterBody2D = CharacterBody2D.new()
	body.position = place
	_put(body, _box(HERO, Rect2(-side / 2.0, -side / 2.0, side, side)))
	return body


func _box(colour: Color, place: Rect2) -> CanvasItem:
	var box: Polygon2D = Polygon2D.new()
	box.color = colour
	box.polygon = [place.position, Vector2(place.end.x, place.position.y), place.end, Vector2(place.position.x, place.end.y)]
	return box


func _sorted(item: CanvasItem) -> CanvasItem:
	item.y_sort_enabled = true
	return item


func _held(parent: Node, child: Node) -> Node:
	_put(parent, child)
	return child


func _put(parent: Node, child: Node) -> void:
	var names: Dictionary[String, String] = {"TileMapLayer": "Ground", "CharacterBody2D": "Hero"}
	child.name = names.get(child.get_class(), child.get_class())
	parent.add_child(child, true)


func _save(scene: Node, name: String) -> void:
	scene.name = name.to_pascal_case()
	_pack(scene, "res://before/%s.tscn" % name)
	_pack((load("res://before/%s.tscn" % name) as PackedScene).instantiate(), "res://scenes/%s.tscn" % name)


func _pack(scene: Node, path: String) -> void:
	_own(scene, scene)
	var packed: PackedScene = PackedScene.new()
	assert(packed.pack(scene) == OK)
	assert(ResourceSaver.save(packed, path) == OK)
	scene.free()


func _own(node: Node, scene: Node) -> void:
	for child: Node in node.get_children():
		if child.owner == null:
			child.owner = scene
		if child.scene_file_path.is_empty():
			_own(child, scene)
