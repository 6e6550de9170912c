@tool
extends RefCounted
## Run `tilebake where` to find this project's backend, without blocking the editor.

const TilebakeBackendCommand = preload("backend_command.gd")
const TilebakeBackendLocation = preload("backend_location.gd")

const PATIENCE: int = 60  # seconds; the first start on a slow disk takes long
const LONGEST: int = 65536  # bytes of its output
const INSTALL: String = "pip install --upgrade tilebake"

## What was found; null until then.
var location: TilebakeBackendLocation
## Why nothing was found; null until then.
var problem: TilebakeBackendState

var _pid: int = -1
var _deadline: int
var _output: FileAccess
var _errors: FileAccess
var _program: String


func start(command: TilebakeBackendCommand, root: String) -> void:
	_program = command.program
	var arguments: PackedStringArray = command.with(["where", root, "--json"])
	var pipe: Dictionary = OS.execute_with_pipe(_program, arguments, false)
	if pipe.is_empty():
		problem = _not_run("it cannot be run")
		return
	_pid = pipe["pid"]
	_output = pipe["stdio"]
	_errors = pipe["stderr"]
	_deadline = Time.get_ticks_msec() + PATIENCE * 1000


## Whether the process has ended or has run out of time. Call it until it returns true.
func is_over() -> bool:
	if location == null and problem == null:
		_check()
	return location != null or problem != null


## End the process.
func stop() -> void:
	if _pid != -1 and OS.is_process_running(_pid):
		var _killed: Error = OS.kill(_pid)
	_pid = -1


func _check() -> void:
	if OS.is_process_running(_pid):
		if Time.get_ticks_msec() > _deadline:
			stop()
			problem = _not_run("it did not answer within %d seconds" % PATIENCE)
		return
	var code: int = OS.get_process_exit_code(_pid)
	var errors: String = _errors.get_buffer(LONGEST).get_string_from_utf8().strip_edges()
	location = TilebakeBackendLocation.parse(_output.get_buffer(LONGEST).get_string_from_utf8())
	_pid = -1
	if location == null:
		problem = _make_problem(code, errors)
	elif not location.is_compatible():
		problem = _of_another_version()


func _not_run(why: String) -> TilebakeBackendState:
	return TilebakeBackendState.new(
		TilebakeBackendState.Kind.NOT_CONFIGURED,
		"%s cannot be used as tilebake: %s." % [_program, why],
		"Choose another program in the Editor Settings, under Tilebake > Command.",
	)


func _make_problem(code: int, errors: String) -> TilebakeBackendState:
	if code == 2:  # it does not know `where --json`
		return TilebakeBackendState.new(
			TilebakeBackendState.Kind.INCOMPATIBLE, "%s is too old for this addon." % _program, INSTALL, errors
		)
	var state: TilebakeBackendState = _not_run("it ended with exit code %d" % code)
	state.log_tail = errors
	return state


func _of_another_version() -> TilebakeBackendState:
	var text: String = "tilebake %s does not work with this addon, which needs %sx." % [
		location.version, TilebakeBackendLocation.VERSION]
	location = null
	return TilebakeBackendState.new(TilebakeBackendState.Kind.INCOMPATIBLE, text, INSTALL)
