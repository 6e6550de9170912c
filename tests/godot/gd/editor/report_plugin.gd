@tool
extends EditorPlugin
## Take the place of the addon's plugin in tests: print each signal of the coordinator in a line, and carry out
## the commands that are written into the file `commands`.

const Coordinator = preload("res://addons/tilebake/editor/bake_coordinator.gd")
const ImportPlugin = preload("res://addons/tilebake/editor/importing/import_plugin.gd")
const GrassLevel = preload("grass_level.gd")
const Settings = preload("res://addons/tilebake/editor/settings.gd")

const COMMANDS: String = "res://commands"

var _coordinator: Coordinator
var _import_plugin: ImportPlugin
var _longest: int = 0
var _frame_began: int = 0


func _enter_tree() -> void:
	Settings.register()
	_import_plugin = ImportPlugin.new()
	add_import_plugin(_import_plugin)
	_coordinator = Coordinator.new()
	_connect()
	add_child(_coordinator)
	_coordinator.start()


func _exit_tree() -> void:
	_coordinator.stop()
	_coordinator.queue_free()
	remove_import_plugin(_import_plugin)


func _process(_delta: float) -> void:
	var now: int = _cpu_time()
	_longest = maxi(_longest, now - _frame_began) if _frame_began > 0 else 0
	_frame_began = now
	# Before its first scan is over the editor is not up, and during another one a command could crash it.
	if not EditorInterface.get_resource_filesystem().is_scanning() and FileAccess.file_exists(COMMANDS):
		var command: String = FileAccess.get_file_as_string(COMMANDS)
		var _removed: Error = DirAccess.remove_absolute(ProjectSettings.globalize_path(COMMANDS))
		_execute(command.strip_edges().split(" "))


func _execute(arguments: PackedStringArray) -> void:
	match arguments[0]:
		"quit":
			get_tree().quit()
		"bake":
			_coordinator.bake(arguments[1], "asked")
		"bake_all":
			_coordinator.bake_all()
		"make":
			GrassLevel.make()
			EditorInterface.open_scene_from_path(GrassLevel.PATH)
		"click":
			GrassLevel.click(EditorInterface.get_edited_scene_root(), Vector2i(int(arguments[1]), int(arguments[2])))
			_save()
		"save":
			_save()
		"focus":
			get_tree().root.propagate_notification(NOTIFICATION_APPLICATION_FOCUS_OUT)
			get_tree().root.propagate_notification(NOTIFICATION_APPLICATION_FOCUS_IN)
		"allow":
			_coordinator.allow_program()
		"stop":
			_coordinator.stop()
		"start":
			_coordinator.start()
		"restart":
			_coordinator.restart()
		"environment":
			OS.set_environment(arguments[1], arguments[2])
		"frames":
			print("FRAMES %.2f" % (_longest / 1e6))
			_longest = 0
			_frame_began = 0
		"enable":
			EditorInterface.set_plugin_enabled("tilebake", arguments[1] == "on")
			print("ENABLED %s" % EditorInterface.is_plugin_enabled("tilebake"))


## Return the nanoseconds of CPU time of the main thread: time that other programs take does not count.
func _cpu_time() -> int:
	var file: FileAccess = FileAccess.open("/proc/self/schedstat", FileAccess.READ)
	return int(file.get_line().get_slice(" ", 0)) if file != null else Time.get_ticks_usec() * 1000


func _save() -> void:
	var began: int = Time.get_ticks_usec()
	var error: Error = EditorInterface.save_scene()
	print("SAVED %s in %d ms" % [error_string(error), roundi((Time.get_ticks_usec() - began) / 1000.0)])


func _on_scene_saved(_path: String) -> void:
	_export.call_deferred()


func _export() -> void:
	for export: TilebakeExport in TilebakeMapExporter.export_scene(EditorInterface.get_edited_scene_root()):
		_coordinator.write_map(export)
		print("EXPORTED %s %d %s" % [export.map_path, export.cell_count, export.has_failed()])


func _connect() -> void:
	var connections: Array[Array] = [
		[_coordinator.state_changed, func(state: TilebakeBackendState) -> void:
			print("STATE %s %s" % [TilebakeBackendState.Kind.find_key(state.kind), state.text])],
		[_coordinator.map_changed, func(map: TilebakeMapView) -> void:
			print("MAP %s %s" % [map.id, map.state_text()])],
		[_coordinator.job_changed, func(job: TilebakeJobView) -> void:
			var job_state: String = TilebakeJobView.STATES.find_key(job.state)
			print("JOB %s %s %s" % [job.map_id, job_state, job.step])
			if job.state == TilebakeJobView.State.DONE:
				_execute(["frames"])],
		[_coordinator.progress_image_changed, func(map_id: String, image: Image) -> void:
			print("PROGRESS_IMAGE %s %s" % [map_id, image.get_size()])],
		[_coordinator.texture_ready, func(map_id: String, path: String) -> void:
			var texture: Texture2D = load(path)
			print("TEXTURE %s %s %s" % [map_id, path, texture.get_size()])],
		[scene_saved, _on_scene_saved],
		[EditorInterface.get_resource_filesystem().resources_reimported, func(paths: PackedStringArray) -> void:
			print("IMPORTED %s" % " ".join(paths))],
	]
	for connection: Array in connections:
		var source: Signal = connection[0]
		var target: Callable = connection[1]
		@warning_ignore("return_value_discarded")
		source.connect(target)
