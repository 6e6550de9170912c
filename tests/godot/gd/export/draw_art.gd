extends SceneTree
## Draw scenes of awkward tiles twice: by the addon, and by the engine where it has a screen.
##
## Argument: the folder of the pictures, NAME.art.png and NAME.seen.png.

const TILE: Vector2i = Vector2i(8, 8)
const HALF: Vector2i = Vector2i(4, 4)
const COLUMNS: int = 6
const TALL: Vector2i = Vector2i(12, 22)  # half a pixel beside the grid the engine's own choice is by chance
const TRANSFORMS: Array[int] = [
	0, TileSetAtlasSource.TRANSFORM_FLIP_H, TileSetAtlasSource.TRANSFORM_FLIP_V, TileSetAtlasSource.TRANSFORM_TRANSPOSE,
	TileSetAtlasSource.TRANSFORM_TRANSPOSE | TileSetAtlasSource.TRANSFORM_FLIP_H,
]

var _dice: RandomNumberGenerator = RandomNumberGenerator.new()


func _initialize() -> void:
	_draw_all.call_deferred()


func _draw_all() -> void:
	_check_inspector()
	var makers: Dictionary[String, Callable] = {
		"turned_tiles": _turn_tiles, "tall_tiles": _stack_tall_tiles, "tints": _tint, "isometric": _lay_diamonds,
		"sorted": _sort_by_y, "moved_layers": _move_layers, "raised_tiles": _raise_tiles,
	}
	for name: String in makers:
		var level: Node2D = Node2D.new()
		level.scene_file_path = "res://%s.tscn" % name
		_dice.seed = 7
		makers[name].call(level)
		await _save(name, level)
	quit()


## A strength is in the inspector where it counts, and nowhere else.
func _check_inspector() -> void:
	var baked: BakedTileMap = BakedTileMap.new()
	for strength: String in ["init_strength", "controlnet_strength"]:
		var switch: String = "start_from_tiles" if strength == "init_strength" else "hold_to_tiles"
		for is_on: bool in [true, false]:
			baked.set(switch, is_on)
			assert(baked.draws_tiles() == is_on)
			assert(_is_in_inspector(baked, strength) == is_on, "%s where %s is %s" % [strength, switch, is_on])
	baked.free()


func _is_in_inspector(baked: BakedTileMap, name: String) -> bool:
	return baked.get_property_list().any(func(property: Dictionary) -> bool:
		var usage: int = property["usage"]
		return property["name"] == name and usage & PROPERTY_USAGE_EDITOR)


## Save both pictures of a level.
func _save(name: String, level: Node2D) -> void:
	var folder: String = OS.get_cmdline_user_args()[0]
	var baked: BakedTileMap = BakedTileMap.new()
	baked.start_from_tiles = true
	level.add_child(baked)
	level.move_child(baked, 0)
	for node: Node in level.find_children("*", "", true, false):
		node.owner = level
	var guess: TilebakeNameGuess = TilebakeNameGuess.new()
	var export: TilebakeExport = TilebakeMapExporter.export_map(baked, guess)
	TilebakeMapArt.add_to(export, baked, guess)
	assert(not export.has_failed(), "\n".join(export.diagnostics.map(func(each: TilebakeDiagnostic) -> String: return each.line())))
	var place: Transform2D = TilebakeLayerSearch.to_root(baked.map_layer())
	var _art_saved: Error = export.art.save_png(folder.path_join(name + ".art.png"))
	print("LAYERS ", JSON.stringify([name, export.map["art"], export.map["settings"]["init_strength"]]))
	level.remove_child(baked)
	baked.free()
	if DisplayServer.get_name() != "headless":
		await _photograph(folder.path_join(name + ".seen.png"), level, export, place)
	level.free()


## Save what the engine shows in the box of an export.
func _photograph(path: String, level: Node2D, export: TilebakeExport, place: Transform2D) -> void:
	var view: SubViewport = SubViewport.new()
	view.size = export.art.get_size()
	view.transparent_bg = true
	view.disable_3d = true
	view.canvas_item_default_texture_filter = Viewport.DEFAULT_CANVAS_ITEM_TEXTURE_FILTER_NEAREST
	view.render_target_update_mode = SubViewport.UPDATE_ALWAYS
	root.add_child(view)
	view.canvas_transform = Transform2D(0.0, -export.box.position) * place.affine_inverse()
	view.add_child(level)
	for frame: int in 3:
		await process_frame
	await RenderingServer.frame_post_draw
	var _saved: Error = view.get_texture().get_image().save_png(path)
	view.remove_child(level)
	view.free()


func _turn_tiles(level: Node2D) -> void:
	var tiles: TileSet = _make_tiles(TILE, TILE)
	var source: TileSetAtlasSource = tiles.get_source(0)
	var other: int = source.create_alternative_tile(Vector2i(1, 0))
	var data: TileData = source.get_tile_data(Vector2i(1, 0), other)
	data.flip_h = true
	data.transpose = true
	data.texture_origin = Vector2i(3, -2)
	var layer: TileMapLayer = _add_layer(level, tiles)
	for index: int in TRANSFORMS.size():
		layer.set_cell(Vector2i(index, 0), 0, Vector2i(index, 0), TRANSFORMS[index])
		layer.set_cell(Vector2i(index, 2), 0, Vector2i(1, 0), other | TRANSFORMS[index])


## Tiles that reach over their neighbours, across the squares of cells that are drawn at once, left of the origin too.
func _stack_tall_tiles(level: Node2D) -> void:
	var layer: TileMapLayer = _add_layer(level, _make_tiles(TILE, TALL))
	layer.rendering_quadrant_size = 4
	_fill(layer, Rect2i(-6, -5, 11, 9))


func _tint(level: Node2D) -> void:
	var tiles: TileSet = _make_tiles(TILE, TILE)
	(tiles.get_source(0) as TileSetAtlasSource).get_tile_data(Vector2i(2, 0), 0).modulate = Color(0.5, 1.0, 0.8)
	_fill(_add_layer(level, _make_tiles(TILE, TILE, TileSet.TILE_SHAPE_SQUARE, 0.0)), Rect2i(0, 0, 5, 4))
	_fill(_add_layer(level, tiles), Rect2i(0, 0, 5, 2))
	var parent: Node2D = Node2D.new()
	parent.modulate = Color(1.0, 0.9, 0.6)
	level.add_child(parent)
	var upper: TileMapLayer = _add_layer(parent, tiles)
	upper.self_modulate = Color(1.0, 1.0, 1.0, 0.5)
	_fill(upper, Rect2i(2, 1, 3, 3))


func _lay_diamonds(level: Node2D) -> void:
	var layer: TileMapLayer = _add_layer(level, _make_tiles(Vector2i(12, 6), TALL, TileSet.TILE_SHAPE_ISOMETRIC))
	_fill(layer, Rect2i(-3, -3, 7, 7))


func _sort_by_y(level: Node2D) -> void:
	level.y_sort_enabled = true
	for index: int in 2:
		var tiles: TileSet = _make_tiles(TILE, TALL)
		(tiles.get_source(0) as TileSetAtlasSource).get_tile_data(Vector2i(1, 0), 0).y_sort_origin = 9
		var layer: TileMapLayer = _add_layer(level, tiles)
		layer.y_sort_enabled = true
		layer.x_draw_order_reversed = index == 0
		_fill(layer, Rect2i(index, index, 6, 5))


## Layers that are scaled, mirrored, turned by a quarter and moved, on the first one's grid.
func _move_layers(level: Node2D) -> void:
	level.position = Vector2(3.0, 5.0)
	_fill(_add_layer(level, _make_tiles(TILE, TILE)), Rect2i(0, 0, 9, 9))
	var places: Array[Transform2D] = [
		Transform2D(Vector2(2.0, 0.0), Vector2(0.0, 2.0), Vector2.ZERO),
		Transform2D(Vector2(-1.0, 0.0), Vector2(0.0, 1.0), Vector2(56.0, 8.0)),
		Transform2D(Vector2(0.0, 1.0), Vector2(-1.0, 0.0), Vector2(40.0, 40.0)),
	]
	var sizes: Array[Vector2i] = [HALF, TILE, TILE]
	for index: int in places.size():
		var layer: TileMapLayer = _add_layer(level, _make_tiles(sizes[index], sizes[index]))
		layer.transform = places[index]
		_fill(layer, Rect2i(index, 0, 2, 3))


## A tile with a z index of its own is drawn over a layer that lies over it.
func _raise_tiles(level: Node2D) -> void:
	var tiles: TileSet = _make_tiles(TILE, TALL)
	(tiles.get_source(0) as TileSetAtlasSource).get_tile_data(Vector2i(1, 0), 0).z_index = 1
	for index: int in 2:
		_fill(_add_layer(level, tiles), Rect2i(2 * index, index, 6, 5))


func _add_layer(parent: Node, tiles: TileSet) -> TileMapLayer:
	var layer: TileMapLayer = TileMapLayer.new()
	layer.tile_set = tiles
	parent.add_child(layer, true)
	return layer


## Fill cells of a layer with different tiles.
func _fill(layer: TileMapLayer, cells: Rect2i) -> void:
	for y: int in range(cells.position.y, cells.end.y):
		for x: int in range(cells.position.x, cells.end.x):
			layer.set_cell(Vector2i(x, y), 0, Vector2i(posmod(x + 2 * y, COLUMNS), 0))


## Make a TileSet with an atlas of different noise for each tile, with a share of holes, and one terrain.
func _make_tiles(
	cell: Vector2i, picture: Vector2i, shape: TileSet.TileShape = TileSet.TILE_SHAPE_SQUARE, holes: float = 0.1
) -> TileSet:
	var tiles: TileSet = TileSet.new()
	tiles.tile_shape = shape
	if shape == TileSet.TILE_SHAPE_ISOMETRIC:
		tiles.tile_layout = TileSet.TILE_LAYOUT_DIAMOND_DOWN
	tiles.tile_size = cell
	tiles.add_terrain_set()
	tiles.add_terrain(0)
	tiles.set_terrain_name(0, 0, "grass")
	var image: Image = Image.create_empty(picture.x * COLUMNS, picture.y, false, Image.FORMAT_RGBA8)
	for y: int in image.get_height():
		for x: int in image.get_width():
			var hue: float = floorf(float(x) / picture.x) / COLUMNS
			var colour: Color = Color.from_hsv(hue, 0.6, _dice.randf_range(0.4, 1.0))
			image.set_pixel(x, y, colour if _dice.randf() >= holes else Color.TRANSPARENT)
	var source: TileSetAtlasSource = TileSetAtlasSource.new()
	source.texture = ImageTexture.create_from_image(image)
	source.texture_region_size = picture
	var _id: int = tiles.add_source(source, 0)
	for column: int in COLUMNS:
		source.create_tile(Vector2i(column, 0))
		var data: TileData = source.get_tile_data(Vector2i(column, 0), 0)
		data.terrain_set = 0
		data.terrain = 0
		data.texture_origin.y = int((picture.y - cell.y) / 2.0)
	return tiles
