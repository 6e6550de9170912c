@tool
extends RefCounted
## Run the `tilebake watch` of this editor: one at most, and it ends when the editor does.

const TilebakeBackendCommand = preload("backend_command.gd")

## The exit code of a watch that found another tilebake at work in the project.
const BUSY: int = 75
const TAIL: int = 4096  # bytes of the log
const TAIL_LINES: int = 12

var _pid: int = -1


## Start it. Returns false where it cannot be started.
func start(command: TilebakeBackendCommand, root: String) -> bool:
	var arguments: PackedStringArray = ["watch", root, "--parent-pid", str(OS.get_process_id())]
	_pid = OS.create_process(command.program, command.with(arguments))
	return _pid != -1


func is_running() -> bool:
	return _pid != -1 and OS.is_process_running(_pid)


## Whether a process was started since the last kill.
func was_started() -> bool:
	return _pid != -1


## Return the exit code of the process that has ended; -1 where none was started.
func exit_code() -> int:
	return OS.get_process_exit_code(_pid) if _pid != -1 else -1


## Kill the process if it runs, and forget it. The next one starts its bake again.
func kill() -> void:
	if is_running():
		var _killed: Error = OS.kill(_pid)
	_pid = -1


## Return the last lines of a log file.
static func log_tail(path: String) -> String:
	var file: FileAccess = FileAccess.open(path, FileAccess.READ)
	if file == null:
		return ""
	file.seek(maxi(0, file.get_length() - TAIL))
	var lines: PackedStringArray = file.get_buffer(TAIL).get_string_from_utf8().strip_edges().split("\n")
	return "\n".join(lines.slice(maxi(0, lines.size() - TAIL_LINES)))
