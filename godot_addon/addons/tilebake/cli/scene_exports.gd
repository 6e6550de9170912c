class_name TilebakeSceneExports
extends RefCounted
## Export one scene after the other and print a line on each map.

const FAILED: int = 1
const OUT_OF_DATE: int = 3

var _guess: TilebakeNameGuess = TilebakeNameGuess.new()
var _checks: bool
var _is_strict: bool
var _failed: bool = false
## How many scenes were exported to the end: after an error in a script the engine leaves the function and goes on.
var _finished: int = 0
var _out_of_date: bool = false
## The scene that each map file comes from.
var _owners: Dictionary[String, String] = {}


## Export the scenes, or all of the project if none is named. Returns the exit code.
static func run(scenes: Array[String], checks: bool, is_strict: bool) -> int:
	var exports: TilebakeSceneExports = TilebakeSceneExports.new(checks, is_strict)
	return exports._run(scenes)


func _init(checks: bool, is_strict: bool) -> void:
	_checks = checks
	_is_strict = is_strict


func _run(scenes: Array[String]) -> int:
	var named: bool = not scenes.is_empty()
	var paths: Array[String] = scenes if named else TilebakeSceneFiles.find_painted()
	for path: String in paths:
		_export_scene(path, named)
	if paths.is_empty():
		print("No scene has a BakedTileMap.")
	if _failed or _finished < paths.size():
		return FAILED
	return OUT_OF_DATE if _out_of_date else 0


func _export_scene(path: String, named: bool) -> void:
	var scene: PackedScene = load(path) as PackedScene if ResourceLoader.exists(path) else null
	var root: Node = scene.instantiate() if scene != null and scene.can_instantiate() else null
	if root == null:
		_fail(path, "it cannot be loaded as a scene. Check the path and the messages above")
		_finished += 1
		return
	var exports: Array[TilebakeExport] = TilebakeMapExporter.export_scene(root, _guess)
	if exports.is_empty() and named:
		_fail(path, "it has no BakedTileMap. Add one beside its layers")
	for export: TilebakeExport in exports:
		var placed: Dictionary[StringName, Variant] = {}
		if not export.has_failed():
			var baked: BakedTileMap = root.get_node(export.node_path) as BakedTileMap
			placed = TilebakeMapPlacing.place(baked, export)
			TilebakeMapArt.add_to(export, baked, _guess)
		_report_diagnostics(export, named)
		if not export.has_failed() and _owns_map(path, export):
			_write(path, export)
			_correct_scene(path, export, placed)
	root.free()
	_finished += 1


## Check that no scene before has the same map file: a scene that was copied may name that of the original in map_file.
func _owns_map(path: String, export: TilebakeExport) -> bool:
	var owner: String = _owners.get_or_add(export.map_path, path)
	if owner != path:
		_fail(path, "it shares its map %s with %s. Clear map_file in one of them" % [export.map_path, owner])
	return owner == path


## Report what is wrong. Of all scenes, some may have layers that the game fills: they are no error unless they are named.
func _report_diagnostics(export: TilebakeExport, named: bool) -> void:
	for diagnostic: TilebakeDiagnostic in export.ranked_diagnostics():
		var is_error: bool = (diagnostic.is_error() and (named or not export.is_empty)) or _is_strict
		printerr("%s: %s" % ["error" if is_error else "warning", diagnostic.line()])
		_failed = _failed or is_error


func _write(path: String, export: TilebakeExport) -> void:
	if _checks:
		_check(path, export)
		return
	var written: Error = TilebakeExportFiles.write(export)
	if written == OK or written == TilebakeMapWriter.SAME:
		_print_map(path, export, "written" if written == OK else "unchanged")
	else:
		_fail(path, "%s cannot be written: %s" % [export.map_path, error_string(written)])


func _check(path: String, export: TilebakeExport) -> void:
	var is_current: bool = TilebakeExportFiles.hold(export)
	_out_of_date = _out_of_date or not is_current
	var stale: String = "OUT OF DATE: save the scene, or export it, and commit the map"
	_print_map(path, export, "up to date" if is_current else stale)


## Write into the scene what it must say for the game: where its painting lies, and which file it is.
func _correct_scene(path: String, export: TilebakeExport, changes: Dictionary[StringName, Variant]) -> void:
	if changes.is_empty():
		return
	var names: String = ", ".join(PackedStringArray(changes.keys()))
	if _checks:
		_out_of_date = true
		print("%s: %s says another %s than the map, OUT OF DATE: save the scene, or export it, and commit it" % [
			path, export.node_path, names])
	elif path.get_extension() != "tscn":
		_fail(path, "it is binary, and its %s cannot be corrected here. Save it in the editor" % names)
	else:
		var text: String = FileAccess.get_file_as_string(path)
		var written: Error = TilebakeMapWriter.put(
			path, TilebakeSceneText.with_values(text, export.node_path, changes).to_utf8_buffer())
		if written != OK:
			_fail(path, "it cannot be written: %s" % error_string(written))
		else:
			printerr("note: %s: %s corrected at %s" % [path, names, export.node_path])


func _print_map(path: String, export: TilebakeExport, outcome: String) -> void:
	print("%s: %s, %d cells, %s" % [path, export.map_path.trim_prefix("res://"), export.cell_count, outcome])


func _fail(path: String, why: String) -> void:
	printerr("error: %s: %s." % [path, why])
	_failed = true
