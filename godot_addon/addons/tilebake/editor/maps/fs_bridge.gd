@tool
extends Node
## Have the editor import files that others wrote into the project: each change once, in batches, and never while
## the editor is busy with files itself.

## The editor has these files as they are on the disk.
signal imported(paths: PackedStringArray)

const TilebakeTicker = preload("../backend/ticker.gd")

const TICK: float = 0.1  # seconds
const SPENT: int = 4000  # µs of one tick for finding what has changed
const SCANS: int = 2  # for a file in a folder that is new to the editor

var _waiting: Array[String] = []
var _changed: Array[String] = []
var _scans: Dictionary[String, int] = {}
var _is_importing: bool = false
var _progress: Node = null  # the editor's progress dialog


func _ready() -> void:
	add_child(TilebakeTicker.new(TICK, _tick))


## Have a file imported, unless it is as it was at its last import.
func import_file(res_path: String) -> void:
	if not res_path in _waiting and not res_path in _changed:
		_waiting.append(res_path)


## Whether no file waits for its import.
func is_idle() -> bool:
	return _waiting.is_empty() and _changed.is_empty() and not _is_importing


## Whether the file is imported as it is now. Compares its content: times change with every checkout.
static func is_imported(res_path: String) -> bool:
	var settings: ConfigFile = ConfigFile.new()
	if settings.load(res_path + ".import") != OK:
		return false
	if settings.get_value("remap", "valid", true) == false:
		return false
	var made: PackedStringArray = settings.get_value("deps", "dest_files", PackedStringArray())
	if made.is_empty() or not FileAccess.file_exists(made[0]):
		return false
	var sum_file: String = "%s-%s.md5" % [res_path.get_file(), res_path.md5_text()]
	var sums: ConfigFile = ConfigFile.new()
	if sums.load(made[0].get_base_dir().path_join(sum_file)) != OK:
		return false
	return sums.get_value("", "source_md5", "") == FileAccess.get_md5(res_path)


func _tick() -> void:
	if is_idle() or not _is_free():
		return
	_sort()
	if _waiting.is_empty() and not _changed.is_empty():
		_import()


## Find the files that have changed, for a few milliseconds.
func _sort() -> void:
	var current: Array[String] = []
	var over: int = Time.get_ticks_usec() + SPENT
	while not _waiting.is_empty() and Time.get_ticks_usec() < over:
		var path: String = _waiting.pop_front()
		if not FileAccess.file_exists(path):
			continue
		if is_imported(path):
			current.append(path)
		elif _is_known(path.get_base_dir()):
			_changed.append(path)
		elif _scan_for(path):
			_waiting.append(path)
			break
	if not current.is_empty():
		imported.emit(PackedStringArray(current))


func _import() -> void:
	var files: EditorFileSystem = EditorInterface.get_resource_filesystem()
	var paths: PackedStringArray = PackedStringArray(_changed)
	_changed.clear()
	_is_importing = true  # the editor draws meanwhile, and our timer runs on
	for path: String in paths:
		files.update_file(path)
		var tile_set: String = TilebakeMapPaths.tile_set_path(path)
		if FileAccess.file_exists(tile_set):
			files.update_file(tile_set)
	files.reimport_files(paths)
	_is_importing = false
	imported.emit(paths)


## Have the editor scan for a new folder, which imports what is in it. Returns false where scans did not find it.
func _scan_for(path: String) -> bool:
	var scans: int = _scans.get(path, 0)
	_scans[path] = scans + 1
	if scans >= SCANS:
		push_warning(
			"Tilebake: the editor does not import files in %s. Remove the .gdignore file there." % path.get_base_dir())
		return false
	EditorInterface.get_resource_filesystem().scan()
	return true


static func _is_known(folder: String) -> bool:
	return EditorInterface.get_resource_filesystem().get_filesystem_path(folder) != null


func _is_free() -> bool:
	var files: EditorFileSystem = EditorInterface.get_resource_filesystem()
	if _is_importing or files.is_scanning() or _is_in_progress():
		return false
	return not files.has_method("is_importing") or files.call("is_importing") == false


## Whether the editor shows its progress dialog, for example while it saves a scene. Timers run meanwhile, but an
## import would crash it, and the dialog is the only sign.
func _is_in_progress() -> bool:
	if _progress == null:
		var found: Array[Node] = get_tree().root.find_children("*", "ProgressDialog", true, false)
		if found.is_empty():
			return false
		_progress = found[0]
	return _progress.get(&"visible") == true
