@tool
extends RefCounted
## Have a project painted before a headless import, so that the import finds the pictures.

const TilebakeBackendCommand = preload("../launch/backend_command.gd")
const TilebakeFsBridge = preload("../maps/fs_bridge.gd")
const TilebakeSettings = preload("../settings.gd")
const TilebakeSignals = preload("../../nodes/signals.gd")

const BUSY: int = 75
const NAP: int = 5  # ms


## Have all maps painted that need it, and wait. A program that lies in the project is not run: the project's own
## setting has asked for this, and nobody is there to be asked. Errors are reported, and leave the old pictures in place.
static func bake_all() -> void:
	var maps: Array[String] = _maps_in("res://")
	if maps.is_empty():
		return
	var root: String = ProjectSettings.globalize_path("res://")
	var command: TilebakeBackendCommand = TilebakeBackendCommand.find(TilebakeSettings.command(), root)
	if command == null:
		_report("tilebake was not found, so no map was painted", "Install it with `pip install tilebake`, or put it on PATH")
		return
	if command.is_of_project:
		_report("the tilebake in the project, %s, is not run by an import" % command.program,
			"Put it on PATH, or activate its virtual environment")
		return
	print("Tilebake: painting what is stale, with %s." % command.program)
	var output: Array[String] = []
	var code: int = OS.execute(command.program, command.with(["bake", root]), output, true)
	TilebakeSignals.on(
		EditorInterface.get_resource_filesystem().sources_changed,
		_import_new.bind(maps).unbind(1),
		CONNECT_ONE_SHOT | CONNECT_DEFERRED,
	)
	if code == BUSY:
		_report("another tilebake is at work in this project", "Wait until it is done, or end it")
	elif code != 0:
		_report("`tilebake bake` ended with exit code %d" % code, "Its output:\n%s" % "".join(output).strip_edges())


## Import the pictures that did not exist yet when the editor listed the project's files. The editor quits as soon as
## it has imported those it listed, so a second scan has to be finished here.
static func _import_new(maps: Array[String]) -> void:
	var files: EditorFileSystem = EditorInterface.get_resource_filesystem()
	if not maps.any(_has_new_picture):
		return
	files.scan()
	while files.is_scanning():
		OS.delay_msec(NAP)
	files.notification(Node.NOTIFICATION_PROCESS)


static func _has_new_picture(map: String) -> bool:
	var path: String = TilebakeMapPaths.texture_path(map)
	return FileAccess.file_exists(path) and not TilebakeFsBridge.is_imported(path)


## Return the map files in a folder and below, as far as the editor looks for files.
static func _maps_in(folder: String) -> Array[String]:
	var found: Array[String] = []
	for file: String in DirAccess.get_files_at(folder):
		if file.ends_with(TilebakeMapPaths.ENDING):
			found.append(folder.path_join(file))
	for inside: String in DirAccess.get_directories_at(folder):
		var path: String = folder.path_join(inside)
		if not inside.begins_with(".") and not FileAccess.file_exists(path.path_join(".gdignore")):
			found.append_array(_maps_in(path))
	return found


static func _report(what: String, hint: String) -> void:
	push_error("Tilebake: %s (%s is set). %s." % [what, TilebakeSettings.BAKE_ON_IMPORT, hint])
