@tool
extends Node
## PreviewSession: what the backend shows of one painting over the level: where a word works, or an edit tried out.
##
## Nothing of it is saved. It lasts as long as the inspector shows the painting, or until that is painted anew.

## The progress, what is shown, or what is wrong.
signal changed

const PreviewMap = preload("preview_map.gd")
const PreviewOverlay = preload("preview_overlay.gd")
const Signals = preload("../../core/signals.gd")

## The painting; null while none is at hand.
var node: BakedTileMap = null
var kind: TilebakePreview.Kind = TilebakePreview.Kind.HEAT
## What is under way; null where nothing is.
var look: TilebakePreview = null
## The word whose heat is asked for or shown; empty where none is.
var word: String = ""
## What went wrong; null where nothing did.
var mistake: TilebakeMistake = null
## What is laid over the level.
var overlay: PreviewOverlay = PreviewOverlay.new()

var _coordinator: TilebakeBakeCoordinator
var _map: PreviewMap = null


func _init(coordinator: TilebakeBakeCoordinator) -> void:
	_coordinator = coordinator


func _enter_tree() -> void:
	Signals.on(_coordinator.looks.looked, _on_looked)
	Signals.on(_coordinator.looks.pictured, _on_pictured)
	Signals.on(_coordinator.looks.failed, _on_failed)
	Signals.on(_coordinator.texture_ready, _on_texture_ready)


func _exit_tree() -> void:
	close()
	_coordinator.looks.looked.disconnect(_on_looked)
	_coordinator.looks.pictured.disconnect(_on_pictured)
	_coordinator.looks.failed.disconnect(_on_failed)
	_coordinator.texture_ready.disconnect(_on_texture_ready)


## Begins with a painting, unless it is at hand already.
func open(painting: BakedTileMap) -> void:
	if painting != node:
		close()
		node = painting


## Ends what is under way, and shows nothing any more.
func close() -> void:
	clear()
	node = null


## Takes away what is shown, and gives up what is under way.
func clear() -> void:
	_coordinator.looks.cancel()
	overlay.clear()
	look = null
	word = ""
	mistake = null
	changed.emit()


## Shows where a word of a terrain's prompt works.
func show_heat(terrain: String, the_word: String) -> void:
	if _begin(TilebakePreview.Kind.HEAT):
		word = the_word
		_coordinator.looks.ask_heat(_map.id, terrain, [the_word])
	changed.emit()


## Shows what an edit would look like.
func show_trial(edit: TilebakeEdit) -> void:
	if _begin(TilebakePreview.Kind.TRIAL):
		var used: Dictionary[String, bool] = {}
		for terrain: String in TilebakeCellTerrain.in_use(node):
			used[terrain] = true
		var held: Dictionary = TilebakeFileEdit.held_in(_coordinator.res_path_of(_map.id))
		var whole: Dictionary = TilebakeFileEdit.beside(TilebakeEditExport.of(edit, used), held)
		_coordinator.looks.ask_trial(_map.id, whole)
	changed.emit()


## Whether something lies over the level, be it seen or not.
func is_shown() -> bool:
	return overlay.is_laid()


## Whether the backend has saved levels to paint before it looks at anything.
func is_held_up() -> bool:
	return _coordinator.state().kind == TilebakeBackendState.Kind.BUSY


func _begin(its_kind: TilebakePreview.Kind) -> bool:
	clear()
	kind = its_kind
	_map = PreviewMap.new(node, _coordinator)
	mistake = _map.mistake
	if mistake == null:
		look = TilebakePreview.of({"state": "waiting"})
	return mistake == null


func _on_looked(its_look: TilebakePreview) -> void:
	look = its_look
	changed.emit()


func _on_pictured(image: Image) -> void:
	look = null
	if is_instance_valid(node):
		overlay.lay(node, image, _map.box, kind == TilebakePreview.Kind.HEAT)
	changed.emit()


func _on_failed(its_mistake: TilebakeMistake) -> void:
	look = null
	word = ""
	mistake = its_mistake
	changed.emit()


## What was shown was of the picture before.
func _on_texture_ready(map_id: String, _path: String) -> void:
	if is_shown() and map_id == _map.id:
		clear()
