extends SceneTree
## What a save costs on the editor's main thread: exports the scene that is named, writes its map, and writes it
## again unchanged, several times over.
##
## Prints a line for each round: LARGE {"cells", "export", "write", "same", "cpu"}, in milliseconds; cpu is what the
## thread itself computed for the export and the first writing, whoever else kept the processor busy (-1: unknown).

const ROUNDS: int = 6
## The time in nanoseconds that this process's main thread has run, on Linux.
const CPU_TIME: String = "/proc/self/schedstat"


func _init() -> void:
	for _round: int in ROUNDS:
		var packed: PackedScene = load(OS.get_cmdline_user_args()[0])
		_measure(packed.instantiate())
	quit(0)


func _measure(level: Node) -> void:
	var map_path: String = TilebakeMapExporter.export_scene(level)[0].map_path
	if FileAccess.file_exists(map_path):
		var _removed: Error = DirAccess.remove_absolute(map_path)
	var cpu: float = _cpu_time()
	var moments: Array[int] = [Time.get_ticks_usec()]
	var export: TilebakeExport = TilebakeMapExporter.export_scene(level)[0]
	moments.append(Time.get_ticks_usec())
	var written: Error = TilebakeMapWriter.write(map_path, export.map)
	moments.append(Time.get_ticks_usec())
	cpu = _cpu_time() - cpu if cpu >= 0.0 else cpu
	var same: Error = TilebakeMapWriter.write(map_path, export.map)
	moments.append(Time.get_ticks_usec())
	if written != OK or same != TilebakeMapWriter.SAME:
		printerr("error: writing %s gave %s and %s" % [map_path, error_string(written), error_string(same)])
	print("LARGE ", JSON.stringify({
		"cells": export.cell_count,
		"export": (moments[1] - moments[0]) / 1000.0,
		"write": (moments[2] - moments[1]) / 1000.0,
		"same": (moments[3] - moments[2]) / 1000.0,
		"cpu": cpu,
	}))
	level.free()


func _cpu_time() -> float:
	var file: FileAccess = FileAccess.open(CPU_TIME, FileAccess.READ)
	return -1.0 if file == null else file.get_line().get_slice(" ", 0).to_float() / 1e6
