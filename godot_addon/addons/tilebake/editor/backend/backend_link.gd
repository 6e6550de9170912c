@tool
extends Node
## Keep the project's backend connected: find tilebake, use the backend that runs or start one, have it prove
## itself, and begin again when it is gone. Nothing here blocks the editor.

## The state of the backend, each time it changes.
signal state_changed(state: TilebakeBackendState)
## The backend is proven and can be asked.
signal linked
## The backend is gone, or was given up.
signal unlinked

const TilebakeBackendAnswer = preload("backend_answer.gd")
const TilebakeBackendClient = preload("backend_client.gd")
const TilebakeBackendCommand = preload("../launch/backend_command.gd")
const TilebakeBackendLocation = preload("../launch/backend_location.gd")
const TilebakeBackendLookup = preload("../launch/backend_lookup.gd")
const TilebakeBackendProcess = preload("../launch/backend_process.gd")
const TilebakeReadyFile = preload("../launch/ready_file.gd")
const TilebakeSettings = preload("../settings.gd")
const TilebakeStatusText = preload("status_text.gd")
const TilebakeTicker = preload("ticker.gd")
const TilebakeTrustedPrograms = preload("../launch/trusted_programs.gd")

enum TilebakeLinkPhase { OFF, LOOKING, WAITING, PROVING, LINKED, RESTING }

const TICK: float = 0.2  # seconds
const BUSY_REST: int = 2000  # ms until somebody else's backend is looked for again
const FIRST_REST: int = 500  # ms after a crash, doubled with each further one
const CRASHES: int = 5  # after which only the user starts it again
const STEADY: int = 60000  # ms without a crash after which earlier ones are forgotten

var client: TilebakeBackendClient = TilebakeBackendClient.new()
## Null until tilebake has been found.
var location: TilebakeBackendLocation = null

var _phase: TilebakeLinkPhase = TilebakeLinkPhase.OFF
var _command: TilebakeBackendCommand = null
var _lookup: TilebakeBackendLookup = null
var _own: TilebakeBackendProcess = TilebakeBackendProcess.new()
var _state: TilebakeBackendState = TilebakeStatusText.off()
var _shunned: String = ""  # the token of a backend that is gone, or that did not prove itself
var _known: String = ""  # the token of the backend that was linked last
var _crashes: int = 0
var _linked_at: int = 0  # ms
var _rest_over: int = 0  # ms


func _init() -> void:
	add_child(client)
	add_child(TilebakeTicker.new(TICK, _tick))


## Find or start the backend, unless that is under way. [param root] is the Godot project's folder.
func start(root: String) -> void:
	if _phase != TilebakeLinkPhase.OFF:
		return
	_crashes = 0
	_command = TilebakeBackendCommand.find(TilebakeSettings.command(), root)
	if _command == null:
		_set_state(TilebakeStatusText.not_found(TilebakeBackendCommand.clean(TilebakeSettings.command())))
	elif _command.is_of_project and not TilebakeTrustedPrograms.allows(root, _command.program):
		_set_state(TilebakeStatusText.not_allowed(_command.program))
	else:
		_look_up(root)


## Run the program that the state asks about, now and whenever this project is opened.
func allow(root: String) -> void:
	if _state.kind != TilebakeBackendState.Kind.NOT_ALLOWED:
		return
	var error: Error = TilebakeTrustedPrograms.allow(root, _command.program)
	if error != OK:
		push_warning("Tilebake: it cannot be remembered that %s may run: %s" % [_command.program, error_string(error)])
	_look_up(root)


## End the link, and the backend too if this editor started it.
func stop() -> void:
	if _lookup != null:
		_lookup.stop()
		_lookup = null
	if _own.is_running():
		_shunned = client.token()
		if not client.shut_down():
			_own.kill()
	_unlink(TilebakeLinkPhase.OFF)
	_set_state(TilebakeStatusText.off())


func state() -> TilebakeBackendState:
	return _state


func is_linked() -> bool:
	return _phase == TilebakeLinkPhase.LINKED


## Look for the backend again, because a request got no answer.
func lose() -> void:
	if _phase != TilebakeLinkPhase.LINKED:
		return
	_unlink(TilebakeLinkPhase.RESTING)
	if Time.get_ticks_msec() - _linked_at > STEADY:
		_crashes = 0
	var file: TilebakeReadyFile = TilebakeReadyFile.read(location.ready_file)
	if _own.was_started() and not _own.is_running():
		_on_ended()
	elif file != null and file.token == _known:
		_prove(file)  # it may still run: a computer that slept has lost its connections
	else:
		_rest(BUSY_REST, TilebakeStatusText.gone())


func _look_up(root: String) -> void:
	_lookup = TilebakeBackendLookup.new()
	_lookup.start(_command, root)
	_phase = TilebakeLinkPhase.LOOKING
	_set_state(TilebakeStatusText.looking(_command.program))


func _tick() -> void:
	match _phase:
		TilebakeLinkPhase.LOOKING when _lookup.is_over():
			_on_looked_up()
		TilebakeLinkPhase.WAITING:
			_check_ready_file()
		TilebakeLinkPhase.RESTING when Time.get_ticks_msec() >= _rest_over:
			_seek()


func _on_looked_up() -> void:
	location = _lookup.location
	var problem: TilebakeBackendState = _lookup.problem
	_lookup = null
	if location == null:
		_phase = TilebakeLinkPhase.OFF
		_set_state(problem)
	else:
		_seek()


## Use the backend that runs, or start one.
func _seek() -> void:
	var file: TilebakeReadyFile = TilebakeReadyFile.read(location.ready_file)
	if file != null and file.token != _shunned:
		_prove(file)
	elif _own.is_running():
		_phase = TilebakeLinkPhase.WAITING
	elif _own.start(_command, location.root):
		_phase = TilebakeLinkPhase.WAITING
		_set_state(TilebakeStatusText.starting())
	else:
		_phase = TilebakeLinkPhase.OFF
		_set_state(TilebakeStatusText.not_run(_command.program))


func _check_ready_file() -> void:
	var file: TilebakeReadyFile = TilebakeReadyFile.read(location.ready_file)
	if file != null and file.token != _shunned:
		_prove(file)
	elif not _own.is_running():
		_on_ended()


func _prove(file: TilebakeReadyFile) -> void:
	_phase = TilebakeLinkPhase.PROVING
	client.prove(file, _on_proof.bind(file))


func _on_proof(answer: TilebakeBackendAnswer, is_proven: bool, file: TilebakeReadyFile) -> void:
	if is_proven and not location.is_root(file.project):
		_give_up(TilebakeStatusText.other_project(file.project))
	elif is_proven and not file.version.begins_with(TilebakeBackendLocation.VERSION):
		_give_up(TilebakeStatusText.incompatible(file.version, TilebakeBackendLocation.VERSION))
	elif is_proven:
		_phase = TilebakeLinkPhase.LINKED
		_linked_at = Time.get_ticks_msec()
		_known = file.token
		_set_state(TilebakeStatusText.ready())
		linked.emit()
	else:
		_on_unproven(answer, file)


## Give up a backend without a proof. Either its ready file was left by a process that was killed, and whoever answers
## in its place gets nothing from us; or the backend that was linked hangs.
func _on_unproven(answer: TilebakeBackendAnswer, file: TilebakeReadyFile) -> void:
	_shunned = file.token
	client.close()
	if answer.is_there():
		_set_state(TilebakeStatusText.stranger(file.host()))
	if file.token != _known:
		_seek()
	elif _own.is_running():
		_own.kill()
		_on_crash("it does not answer any more")
	elif _own.was_started():
		_on_ended()
	else:
		_rest(BUSY_REST, TilebakeStatusText.gone())


## Start anew after the process of this editor has ended.
func _on_ended() -> void:
	var code: int = _own.exit_code()
	_own.kill()
	if code == TilebakeBackendProcess.BUSY:
		_rest(BUSY_REST, TilebakeStatusText.busy_elsewhere())
	elif code == 0:  # somebody ended it
		_rest(FIRST_REST, TilebakeStatusText.gone())
	else:
		_on_crash("it ended with exit code %d" % code)


func _on_crash(how: String) -> void:
	_crashes += 1
	var tail: String = TilebakeBackendProcess.log_tail(location.log_file)
	if _crashes < CRASHES:
		_rest(FIRST_REST << _crashes, TilebakeStatusText.crashed(how, true, tail))
	else:
		_give_up(TilebakeStatusText.crashed(how, false, tail))


func _rest(duration: int, its_state: TilebakeBackendState) -> void:
	_rest_over = Time.get_ticks_msec() + duration
	_phase = TilebakeLinkPhase.RESTING
	_set_state(its_state)


func _give_up(its_state: TilebakeBackendState) -> void:
	_unlink(TilebakeLinkPhase.OFF)
	_set_state(its_state)


func _unlink(phase: TilebakeLinkPhase) -> void:
	var was_linked: bool = _phase == TilebakeLinkPhase.LINKED
	_phase = phase
	client.close()
	if was_linked:
		unlinked.emit()


func _set_state(its_state: TilebakeBackendState) -> void:
	if not its_state.is_same_as(_state):
		_state = its_state
		state_changed.emit(its_state)
