@tool
extends "../shared/photos.gd"
## Press Bake Scene in a large level, and photograph the windows that are painted while it is.

const SCENE: String = "res://island.tscn"
const LivePainting = preload("res://addons/tilebake/editor/previews/live_painting.gd")
const PreviewOverlay = preload("res://addons/tilebake/editor/previews/preview_overlay.gd")
const PAINTED: float = 0.4  # of the level, in the picture
const LONG: float = 1500.0  # seconds for a large level on a slow machine


func test_windows() -> void:
	await until("the backend is ready", func() -> bool: return "The backend is ready." in text_in(dock()), COLD_START)
	await show_scene(SCENE)
	button_in(dock(), "Bake Scene").pressed.emit()
	var painting: BakedTileMap = TilebakeLayerList.baked_in(EditorInterface.get_edited_scene_root())[0]
	await _frame(painting.map_bounds)
	EditorInterface.edit_node(painting)
	await until("a part of the level is painted", func() -> bool: return _painted(painting) > PAINTED, LONG)
	await seconds(0.5)
	await photograph("windows")


## Fill the 2D view with a part of the scene: layers of tiles cannot be framed.
func _frame(area: Rect2) -> void:
	var frame: ReferenceRect = ReferenceRect.new()
	frame.position = area.position
	frame.size = area.size
	EditorInterface.get_edited_scene_root().add_child(frame)
	EditorInterface.get_selection().clear()
	EditorInterface.get_selection().add_node(frame)
	await seconds(0.5)
	frame_selection()
	await seconds(0.5)
	EditorInterface.get_selection().clear()
	await seconds(0.5)
	frame.free()


## Return the share of a level that its windows show.
func _painted(painting: BakedTileMap) -> float:
	var overlay: PreviewOverlay = (anywhere(LivePainting) as LivePainting).overlay_of(painting)
	if overlay == null:
		return 0.0
	var small: Image = overlay.picture().get_image()
	small.resize(16, 16, Image.INTERPOLATE_BILINEAR)
	var sum: float = 0.0
	for index: int in 256:
		sum += small.get_pixel(index % 16, floori(index / 16.0)).a
	return sum / 256.0
