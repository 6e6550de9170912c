@tool
extends RefCounted
## PreviewMap: the map that a look is taken of: what the backend calls it, where it lies, or why it cannot be looked at.

const JsonObject = preload("../backend/json_object.gd")

const SAVE: String = "Save the scene, then try again"

## The backend's name for it.
var id: String = ""
## Where its picture lies, in the own space of the painting's first layer.
var box: Rect2 = Rect2()
## Why nothing can be shown; null where something can.
var mistake: TilebakeMistake = null


func _init(node: BakedTileMap, coordinator: TilebakeBakeCoordinator) -> void:
	var backend: TilebakeBackendState = coordinator.state()
	var export: TilebakeExport = TilebakeMapExporter.export_map(node)
	id = coordinator.map_id_of(export.map_path)
	box = export.box
	if not backend.is_up():
		mistake = TilebakeMistake.said(backend.words.trim_suffix("."), backend.hint.trim_suffix("."))
	elif export.failed():
		var problem: TilebakeProblem = export.problems.filter(
			func(each: TilebakeProblem) -> bool: return each.is_error())[0]
		mistake = TilebakeMistake.said(problem.what, problem.hint)
	elif not _is_saved(export):
		mistake = TilebakeMistake.said("The level has changed since it was saved", SAVE)
	elif not coordinator.knows(id):
		mistake = TilebakeMistake.said("The backend has not seen this level yet", "Wait a moment, then try again")


## Whether the map file is this map. What is kept of its edit may differ: a trial brings its own.
static func _is_saved(export: TilebakeExport) -> bool:
	if not FileAccess.file_exists(export.map_path):
		return false
	var saved: Dictionary = JsonObject.read(FileAccess.get_file_as_string(export.map_path))
	var exported: Dictionary = JsonObject.read(TilebakeMapWriter.text(export.map))
	for map: Dictionary in [saved, exported]:
		var _had_one: bool = map.erase("edit")
	return saved == exported
