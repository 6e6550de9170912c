@tool
extends Node
## Show previews of one painting over the level: where a word works, or what an edit would look like.
##
## Nothing of it is saved. It ends when the inspector shows something else, or when the level is painted anew.

## The progress, what is shown, or what is wrong has changed.
signal changed

const TilebakePreviewMap = preload("preview_map.gd")
const TilebakePreviewOverlay = preload("preview_overlay.gd")
const TilebakeSignals = preload("../../nodes/signals.gd")

## The painting; null while no session is open.
var node: BakedTileMap = null
var kind: TilebakePreviewView.Kind = TilebakePreviewView.Kind.HEAT
## The preview that is under way; null where none is.
var preview: TilebakePreviewView = null
## The word whose heat is requested or shown; empty where none is.
var word: String = ""
## Why there is no preview; null where nothing is wrong.
var diagnostic: TilebakeDiagnostic = null
## The image over the level.
var overlay: TilebakePreviewOverlay = TilebakePreviewOverlay.new()

var _coordinator: TilebakeBakeCoordinator
var _map: TilebakePreviewMap = null


func _init(coordinator: TilebakeBakeCoordinator) -> void:
	_coordinator = coordinator


func _enter_tree() -> void:
	TilebakeSignals.on(_coordinator.previews.status_changed, _on_status_changed)
	TilebakeSignals.on(_coordinator.previews.image_ready, _on_image_ready)
	TilebakeSignals.on(_coordinator.previews.failed, _on_failed)
	TilebakeSignals.on(_coordinator.texture_ready, _on_texture_ready)


func _exit_tree() -> void:
	close()
	_coordinator.previews.status_changed.disconnect(_on_status_changed)
	_coordinator.previews.image_ready.disconnect(_on_image_ready)
	_coordinator.previews.failed.disconnect(_on_failed)
	_coordinator.texture_ready.disconnect(_on_texture_ready)


## Open the session of a painting, unless it is open already.
func open(painting: BakedTileMap) -> void:
	if painting != node:
		close()
		node = painting


## Cancel what is under way, show nothing any more, and forget the painting.
func close() -> void:
	clear()
	node = null


## Cancel what is under way, and show nothing any more.
func clear() -> void:
	_coordinator.previews.cancel()
	overlay.clear()
	preview = null
	word = ""
	diagnostic = null
	changed.emit()


## Request a heat map of a word of a terrain's prompt, and show it.
func show_heat(terrain: String, the_word: String) -> void:
	if _begin(TilebakePreviewView.Kind.HEAT):
		word = the_word
		_coordinator.previews.request_heat(_map.id, terrain, [the_word])
	changed.emit()


## Request a trial of an edit, and show it.
func show_trial(edit: TilebakeEdit) -> void:
	if _begin(TilebakePreviewView.Kind.TRIAL):
		var used: Dictionary[String, bool] = {}
		for terrain: String in TilebakeTileNames.in_use(node, _coordinator.guess):
			used[terrain] = true
		var held: Dictionary = TilebakeFileEdit.read(_coordinator.res_path_of(_map.id))
		var whole: Dictionary = TilebakeFileEdit.merge(TilebakeEditExport.to_json(edit, used), held)
		_coordinator.previews.request_trial(_map.id, whole)
	changed.emit()


## Whether an image lies over the level, be it visible or hidden.
func is_shown() -> bool:
	return overlay.is_shown()


## Whether the backend has saved levels to paint first: previews wait for them.
func is_held_up() -> bool:
	return _coordinator.state().kind == TilebakeBackendState.Kind.BUSY


## Start a preview if the map allows it. Returns whether it does.
func _begin(its_kind: TilebakePreviewView.Kind) -> bool:
	clear()
	kind = its_kind
	_map = TilebakePreviewMap.new(node, _coordinator)
	diagnostic = _map.diagnostic
	if diagnostic == null:
		preview = TilebakePreviewView.new()
	return diagnostic == null


func _on_status_changed(its_preview: TilebakePreviewView) -> void:
	preview = its_preview
	changed.emit()


func _on_image_ready(image: Image) -> void:
	preview = null
	if is_instance_valid(node):
		overlay.show_image(node, image, _map.box, kind == TilebakePreviewView.Kind.HEAT, node)
	changed.emit()


func _on_failed(its_diagnostic: TilebakeDiagnostic) -> void:
	preview = null
	word = ""
	diagnostic = its_diagnostic
	changed.emit()


## Clear what is shown: it belongs to the picture before.
func _on_texture_ready(map_id: String, _path: String) -> void:
	if is_shown() and map_id == _map.id:
		clear()
