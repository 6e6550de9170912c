@tool
extends RefCounted
## Find the command that starts tilebake: what the setting names, or what is on PATH or in a virtual environment
## beside the project. The last may come with the project from anybody, and so is not run unasked.

const TilebakeBackendCommand = preload("backend_command.gd")

## Where virtual environments usually are, from the project's folder.
const ENVIRONMENTS: PackedStringArray = [".venv", "venv", "env", "../.venv", "../venv", "../env"]
## Where programs are in an environment, an installation or a macOS application.
const PROGRAM_FOLDERS: PackedStringArray = ["", "bin", "Scripts", "Contents/MacOS"]

var program: String
var arguments: PackedStringArray
## Where it was found: "PATH", "the editor setting" or a folder.
var source: String
## Whether it lies in the project, or beside it, where the user has not named it: ask before it is run.
var is_of_project: bool = false


func _init(its_program: String, its_source: String) -> void:
	program = its_program
	source = its_source
	if _is_python(its_program):
		arguments = ["-P", "-m", "tilebake"]  # -P: not a tilebake.py of the project that it runs in


## Return the arguments of the command line, ending with [param more].
func with(more: PackedStringArray) -> PackedStringArray:
	return arguments + more


## Find the command to run; null where there is none. [param setting] is what the user has set, [param root] the
## project's folder. A setting that is wrong is an error even where another tilebake is on PATH.
static func find(setting: String, root: String) -> TilebakeBackendCommand:
	var named: String = clean(setting)
	if not named.is_empty():
		return _find_in(named, "the editor setting", ["tilebake", "python3", "python"])
	for folder: String in _path_folders():
		var found: TilebakeBackendCommand = _find_in(folder, "PATH", ["tilebake"])
		if found != null:
			return found
	if OS.has_environment("VIRTUAL_ENV"):
		var active: String = OS.get_environment("VIRTUAL_ENV")
		var found: TilebakeBackendCommand = _find_in(active, active, ["tilebake"])
		if found != null:
			return found
	return _find_of_project(root)


static func _find_of_project(root: String) -> TilebakeBackendCommand:
	for name: String in ENVIRONMENTS:
		var folder: String = root.path_join(name).simplify_path()
		var found: TilebakeBackendCommand = _find_in(folder, folder, ["tilebake"])
		if found != null:
			found.is_of_project = true
			return found
	return null


## Clean a path that was pasted: remove quotes, unescape spaces, replace ~ by the home folder.
static func clean(setting: String) -> String:
	var path: String = setting.strip_edges()
	for quote: String in ["\"", "'"]:
		if path.length() >= 2 and path.begins_with(quote) and path.ends_with(quote):
			path = path.substr(1, path.length() - 2).strip_edges()
	if OS.get_name() == "Windows":
		return path.replace("\\", "/")
	path = path.replace("\\ ", " ")
	return OS.get_environment("HOME") + path.substr(1) if path == "~" or path.begins_with("~/") else path


## Find the command at a place that is a program itself, or a folder that holds one of these names.
static func _find_in(place: String, found_in: String, names: PackedStringArray) -> TilebakeBackendCommand:
	if _is_program(place):
		return TilebakeBackendCommand.new(place, found_in)
	for folder: String in PROGRAM_FOLDERS:
		for name: String in names:
			var path: String = place.path_join(folder).path_join(name + _suffix())
			if _is_program(path):
				return TilebakeBackendCommand.new(path.simplify_path(), found_in)
	return null


static func _is_program(path: String) -> bool:
	if not path.is_absolute_path() or not FileAccess.file_exists(path):
		return false
	if OS.get_name() == "Windows":
		return path.get_extension().to_lower() in ["exe", "bat", "cmd"]
	return FileAccess.get_unix_permissions(path) & FileAccess.UNIX_EXECUTE_OWNER != 0


static func _is_python(path: String) -> bool:
	return path.get_file().to_lower().begins_with("python")


static func _suffix() -> String:
	return ".exe" if OS.get_name() == "Windows" else ""


static func _path_folders() -> PackedStringArray:
	return OS.get_environment("PATH").split(";" if OS.get_name() == "Windows" else ":", false)
