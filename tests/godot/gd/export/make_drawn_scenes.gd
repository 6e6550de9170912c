extends SceneTree
## Build scenes whose tiles have pictures and no names, as most games have them, from a JSON file.
##
## A scene is {"path", "layers"} and may have "bodies", each {"name", "picture", "at"}, and "cameras", {"at", "zoom"}; a layer {"name", "below", "picture", "size", "region", "shape", "y_sort", "rows", "terrain"}:
## each letter of its rows is the tile in that place of the picture's row, "a" the first.

const FIRST: int = 97  # "a"
const FEET: Vector2 = Vector2(0.0, 4.0)


func _init() -> void:
	var described: Array = JSON.parse_string(FileAccess.get_file_as_string(OS.get_cmdline_user_args()[0]))
	for scene: Dictionary in described:
		_make_scene(scene)
	quit(0)


func _make_scene(scene: Dictionary) -> void:
	var top: Node2D = Node2D.new()
	top.name = "Level"
	var layers: Array = scene["layers"]
	var tile_sets: Dictionary[String, TileSet] = {}
	for described: Dictionary in layers:
		var picture: String = described["picture"]
		if not tile_sets.has(picture):
			tile_sets[picture] = _make_tile_set(described)
		var parent: Node = top
		var below: String = described.get("below", "")
		if not below.is_empty():
			parent = top.get_node_or_null(below)
			if parent == null:
				parent = Node2D.new()
				parent.name = below
				top.add_child(parent)
				parent.owner = top
				var across: float = described.get("across", 0.0)
				(parent as Node2D).position.x = across
		var layer: TileMapLayer = _make_layer(described, tile_sets[picture])
		parent.add_child(layer)
		layer.owner = top
	var bodies: Array = scene.get("bodies", [])
	for described: Dictionary in bodies:
		_add_body(described, top)
	var cameras: Array = scene.get("cameras", [])
	for described: Dictionary in cameras:
		_add_camera(described, top)
	var packed: PackedScene = PackedScene.new()
	assert(packed.pack(top) == OK)
	var path: String = scene["path"]
	assert(ResourceSaver.save(packed, path) == OK)
	top.free()


## Add somebody who walks: a body with a picture.
func _add_body(described: Dictionary, top: Node) -> void:
	var body: CharacterBody2D = CharacterBody2D.new()
	body.name = str(described["name"])
	var place: Array = described["at"]
	body.position = _pair(place)
	var sprite: Sprite2D = Sprite2D.new()
	sprite.texture = load(str(described["picture"]))
	var shape: CircleShape2D = CircleShape2D.new()
	shape.radius = FEET.y
	var feet: CollisionShape2D = CollisionShape2D.new()
	feet.shape = shape
	feet.position = FEET
	top.add_child(body)
	body.owner = top
	for part: Node in [sprite, feet]:
		part.name = part.get_class()
		body.add_child(part)
		part.owner = top


func _add_camera(described: Dictionary, top: Node) -> void:
	var camera: Camera2D = Camera2D.new()
	var zoom: float = described["zoom"]
	var place: Array = described["at"]
	camera.position = _pair(place)
	camera.zoom = Vector2.ONE * zoom
	top.add_child(camera, true)
	camera.owner = top


func _make_layer(described: Dictionary, tiles: TileSet) -> TileMapLayer:
	var layer: TileMapLayer = TileMapLayer.new()
	layer.name = str(described["name"])
	layer.tile_set = tiles
	layer.y_sort_enabled = described.get("y_sort", false)
	var rows: Array = described["rows"]
	for y: int in rows.size():
		var row: String = rows[y]
		for x: int in row.length():
			if row[x] != ".":
				layer.set_cell(Vector2i(x, y), 0, Vector2i(row.unicode_at(x) - FIRST, 0))
	return layer


func _make_tile_set(described: Dictionary) -> TileSet:
	var tiles: TileSet = TileSet.new()
	tiles.tile_shape = int(str(described.get("shape", 0))) as TileSet.TileShape
	if tiles.tile_shape == TileSet.TILE_SHAPE_ISOMETRIC:
		tiles.tile_layout = TileSet.TILE_LAYOUT_DIAMOND_DOWN
	var size: Array = described["size"]
	var region: Array = described.get("region", size)
	tiles.tile_size = _pair(size)
	if described.has("terrain"):
		tiles.add_terrain_set()
		tiles.add_terrain(0)
		tiles.set_terrain_name(0, 0, str(described["terrain"]))
	var source: TileSetAtlasSource = TileSetAtlasSource.new()
	source.texture = load(str(described["picture"]))
	source.texture_region_size = _pair(region)
	var _id: int = tiles.add_source(source, 0)
	for column: int in source.get_atlas_grid_size().x:
		source.create_tile(Vector2i(column, 0))
		var tile: TileData = source.get_tile_data(Vector2i(column, 0), 0)
		tile.texture_origin.y = int((source.texture_region_size.y - tiles.tile_size.y) / 2.0)
		if described.has("terrain"):
			tile.terrain_set = 0
			tile.terrain = 0
	return tiles


static func _pair(list: Array) -> Vector2i:
	var across: float = list[0]
	var down: float = list[1]
	return Vector2i(int(across), int(down))
