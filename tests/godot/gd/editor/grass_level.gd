@tool
extends RefCounted
## Make a level of one layer of grass tiles with a BakedTileMap, and edit it.

const PATH: String = "res://level.tscn"
const SIZE: Vector2i = Vector2i(16, 16)


## Save the level as a scene.
static func make() -> void:
	var root: Node2D = Node2D.new()
	root.name = "Level"
	var layer: TileMapLayer = TileMapLayer.new()
	layer.tile_set = _tile_set()
	for x: int in 4:
		layer.set_cell(Vector2i(x, 0), 0, Vector2i.ZERO)
	var baked: BakedTileMap = BakedTileMap.new()
	for child: Node in [layer, baked]:
		child.name = child.get_class()
		root.add_child(child)
		child.owner = root
	var scene: PackedScene = PackedScene.new()
	assert(scene.pack(root) == OK)
	assert(ResourceSaver.save(scene, PATH) == OK)
	root.free()


## Add or remove a tile of the level that is open, as a click does.
static func click(root: Node, cell: Vector2i) -> void:
	var layer: TileMapLayer = root.get_child(0)
	layer.set_cell(cell, -1 if layer.get_cell_source_id(cell) == 0 else 0, Vector2i.ZERO)


static func _tile_set() -> TileSet:
	var texture: PlaceholderTexture2D = PlaceholderTexture2D.new()
	texture.size = SIZE
	var source: TileSetAtlasSource = TileSetAtlasSource.new()
	source.texture = texture
	source.texture_region_size = SIZE
	source.create_tile(Vector2i.ZERO)
	var tiles: TileSet = TileSet.new()
	tiles.tile_size = SIZE
	tiles.add_custom_data_layer()
	tiles.set_custom_data_layer_name(0, "tilebake_terrain")
	tiles.set_custom_data_layer_type(0, TYPE_STRING)
	var _id: int = tiles.add_source(source, 0)
	source.get_tile_data(Vector2i.ZERO, 0).set_custom_data("tilebake_terrain", "grass")
	return tiles
