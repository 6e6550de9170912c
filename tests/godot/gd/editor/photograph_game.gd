@tool
extends "../shared/photos.gd"
## Press Bake Scene in a small game that nobody has named anything in, and photograph what comes of it: the names that
## are proposed, the sketch in the dock, the painting, and a TileSet of its ground.

const SCENE: String = "res://village.tscn"
const TILES: String = "res://baked/maps/village_tiles.tres"
const COLUMNS: int = 20  # of a level that is laid of its tiles
const ROWS: int = 14
const JobPanel = preload("res://addons/tilebake/editor/dock/job_panel.gd")
const HEIGHT: int = 110  # of the inspector, more than the editor gives it


func test_sketch() -> void:
	await until("the backend is ready", func() -> bool: return "The backend is ready." in text_in(dock()), COLD_START)
	await show_scene(SCENE)
	button_in(dock(), "Bake Scene").pressed.emit()
	var panel: JobPanel = part(JobPanel, dock())
	await until("the dock shows a sketch", func() -> bool: return (panel._sketch as Label).is_visible_in_tree(), COLD_START)
	await seconds(0.5)
	await photograph("sketch", dock())


func test_painting() -> void:
	var painting: BakedTileMap = TilebakeLayerList.baked_in(EditorInterface.get_edited_scene_root())[0]
	await until("the painting is shown", func() -> bool: return painting.texture != null, COLD_START)
	await until("nothing is painted any more", func() -> bool: return "The backend is ready." in text_in(dock()))
	await save_scene()
	EditorInterface.get_selection().clear()
	EditorInterface.get_selection().add_node(painting)
	EditorInterface.edit_node(painting)
	frame_selection()
	await seconds(2.0)
	await photograph("editor")


func test_names() -> void:
	heighten_inspector(HEIGHT)
	await seconds(1.0)
	await photograph("names", EditorInterface.get_inspector())


func test_tile_set() -> void:
	var root: Node = EditorInterface.get_edited_scene_root()
	EditorInterface.get_selection().clear()
	EditorInterface.get_selection().add_node(root.get_node("Ground"))
	button_in(dock(), "Make a TileSet").pressed.emit()
	await until("the TileSet is painted", func() -> bool:
		return ResourceLoader.exists(TILES) and ResourceLoader.exists(TILES.get_basename() + ".png"), COLD_START)
	for each: Node in root.get_children():
		if each is CanvasItem:
			(each as CanvasItem).hide()
	var layer: TileMapLayer = _lay_tiles(load(TILES) as TileSet)
	root.add_child(layer)
	layer.owner = root
	EditorInterface.get_selection().clear()
	EditorInterface.get_selection().add_node(layer)
	EditorInterface.edit_node(layer)
	bring_to_front(dock())
	await seconds(2.0)
	await photograph("tileset")


## Lay a level by the terrains of a TileSet: each in a disc on the first one, as a brush would.
func _lay_tiles(tile_set: TileSet) -> TileMapLayer:
	var layer: TileMapLayer = TileMapLayer.new()
	layer.name = "Painted"
	layer.tile_set = tile_set
	for terrain: int in tile_set.get_terrains_count(0):
		var middle: Vector2 = Vector2(5.5 + 4.5 * (terrain - 1), 5.0 + 4.0 * (terrain % 2))
		var cells: Array[Vector2i] = []
		for index: int in COLUMNS * ROWS:
			var cell: Vector2i = Vector2i(index % COLUMNS, floori(index / float(COLUMNS)))
			if terrain == 0 or middle.distance_to(cell) < 3.2:
				cells.append(cell)
		layer.set_cells_terrain_connect(cells, 0, terrain, false)
	return layer
