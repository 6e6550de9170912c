@tool
extends Node
## Show over the level what the running bake has painted so far: the windows of a large map, as they come.
##
## Only an image that tells by its alpha what is painted is shown. One of a map that is painted in one piece is a blur until
## its end, and a sketch is the dock's. Nothing of it is saved.

const TilebakeMapScene = preload("../maps/map_scene.gd")
const TilebakePreviewOverlay = preload("preview_overlay.gd")
const TilebakeSceneLink = preload("../maps/scene_link.gd")
const TilebakeSignals = preload("../../nodes/signals.gd")

## Ends of a bake after which its windows stay to be seen: the picture follows, or the windows of the bake that replaces it.
const FOLLOWED: Array[TilebakeJobView.State] = [TilebakeJobView.State.DONE, TilebakeJobView.State.SUPERSEDED]

var _coordinator: TilebakeBakeCoordinator
var _map_id: String = ""  # of the map that is shown
var _sketched: String = ""  # the map whose image is a sketch
var _overlays: Dictionary[int, TilebakePreviewOverlay] = {}  # by the instance of their painting


func _init(coordinator: TilebakeBakeCoordinator) -> void:
	_coordinator = coordinator


func _enter_tree() -> void:
	TilebakeSignals.on(_coordinator.progress_image_changed, _on_progress_image)
	TilebakeSignals.on(_coordinator.job_changed, _on_job_changed)
	TilebakeSignals.on(_coordinator.texture_ready, _on_texture_ready)
	TilebakeSignals.on(_coordinator.state_changed, _on_state_changed)
	TilebakeSignals.on(EditorInterface.get_selection().selection_changed, _see_through)


func _exit_tree() -> void:
	clear()
	_coordinator.progress_image_changed.disconnect(_on_progress_image)
	_coordinator.job_changed.disconnect(_on_job_changed)
	_coordinator.texture_ready.disconnect(_on_texture_ready)
	_coordinator.state_changed.disconnect(_on_state_changed)
	EditorInterface.get_selection().selection_changed.disconnect(_see_through)


## Return what lies over a painting; null where nothing is painted there now.
func overlay_of(node: BakedTileMap) -> TilebakePreviewOverlay:
	return _overlays.get(node.get_instance_id())


## Place it again, because the paintings may have moved.
func place() -> void:
	for overlay: TilebakePreviewOverlay in _overlays.values():
		overlay.place()


## Show nothing any more.
func clear() -> void:
	for overlay: TilebakePreviewOverlay in _overlays.values():
		overlay.clear()
	_overlays.clear()
	_map_id = ""


func _on_progress_image(map_id: String, image: Image) -> void:
	if image.get_format() != Image.FORMAT_RGBA8 or map_id == _sketched:
		return
	image.fix_alpha_edges()
	clear()
	_map_id = map_id
	for node: BakedTileMap in TilebakeMapScene.paintings_of_map(_coordinator.res_path_of(map_id)):
		var layers: Array[Node] = node.source_layers()
		if node.map_bounds.has_area() and not layers.is_empty():
			var overlay: TilebakePreviewOverlay = TilebakePreviewOverlay.new()
			overlay.show_image(node, image, node.map_bounds, false, layers[-1] as CanvasItem)  # which lies over the painting
			_overlays[node.get_instance_id()] = overlay
	_see_through()


## Let the tiles be seen through it while they are edited, as the painting does.
func _see_through() -> void:
	for id: int in _overlays:
		var node: BakedTileMap = instance_from_id(id) as BakedTileMap
		if node != null:
			_overlays[id].set_opacity(TilebakeSceneLink.opacity_of(node))


func _on_job_changed(job: TilebakeJobView) -> void:
	if job.shows_sketch:
		_sketched = job.map_id
	elif job.map_id == _sketched:
		_sketched = ""
	if job.map_id == _map_id and not job.is_live() and not job.state in FOLLOWED:
		clear()


## Clear what is shown: the picture has taken its place.
func _on_texture_ready(map_id: String, _path: String) -> void:
	if map_id == _map_id:
		clear()


func _on_state_changed(state: TilebakeBackendState) -> void:
	if state.is_problem():
		clear()
