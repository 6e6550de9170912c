@tool
extends RefCounted
## Find the map that a preview is made of: its id, where it lies, or why there can be no preview.

const TilebakeJsonObject = preload("../backend/views/json_object.gd")

const SAVE: String = "Save the scene, then try again"

## The backend's id of it.
var id: String = ""
## Where its picture lies, in the space of the painting's first layer.
var box: Rect2 = Rect2()
## Why there can be no preview; null where there can.
var diagnostic: TilebakeDiagnostic = null


func _init(node: BakedTileMap, coordinator: TilebakeBakeCoordinator) -> void:
	var backend: TilebakeBackendState = coordinator.state()
	var export: TilebakeExport = TilebakeMapExporter.export_map(node, coordinator.guess)
	id = coordinator.map_id_of(export.map_path)
	box = export.box
	if not backend.is_up():
		diagnostic = TilebakeDiagnostic.error(backend.text.trim_suffix("."), backend.hint.trim_suffix("."))
	elif export.has_failed():
		diagnostic = export.diagnostics.filter(
			func(each: TilebakeDiagnostic) -> bool: return each.is_error())[0]
	elif not _is_saved(export):
		diagnostic = TilebakeDiagnostic.error("The level has changed since it was saved", SAVE)
	elif coordinator.map(id) == null:
		diagnostic = TilebakeDiagnostic.error("The backend has not seen this level yet", "Wait a moment, then try again")


## Whether the map file holds this map. Its edit may differ: a trial brings its own.
static func _is_saved(export: TilebakeExport) -> bool:
	if not FileAccess.file_exists(export.map_path):
		return false
	var saved: Dictionary = TilebakeJsonObject.parse(FileAccess.get_file_as_string(export.map_path))
	var exported: Dictionary = TilebakeJsonObject.parse(TilebakeMapWriter.text(export.map))
	for map: Dictionary in [saved, exported]:
		var _had_one: bool = map.erase("edit")
	return saved == exported
