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

const BackendAnswer = preload("backend_answer.gd")
const BackendClient = preload("backend_client.gd")
const BackendCommand = preload("../launch/backend_command.gd")
const BackendLocation = preload("../launch/backend_location.gd")
const BackendLookup = preload("../launch/backend_lookup.gd")
const BackendProcess = preload("../launch/backend_process.gd")
const ReadyFile = preload("../launch/ready_file.gd")
const Settings = preload("../settings.gd")
const StatusText = preload("status_text.gd")
const Ticker = preload("ticker.gd")
const TrustedPrograms = preload("../launch/trusted_programs.gd")

enum Phase { OFF, LOOKING, WAITING, PROVING, LINKED, RESTING }

const TICK: float = 0.2  # seconds
const BUSY_REST: int = 2000  # ms until somebody else's backend is looked for again
const FIRST_REST: int = 500  # ms after a crash, doubled with each further one
const CRASHES: int = 5  # after which only the user starts it again
const STEADY: int = 60000  # ms without a crash after which earlier ones are forgotten

var client: BackendClient = BackendClient.new()
## Null until tilebake has been found.
var location: BackendLocation = null

var _phase: Phase = Phase.OFF
var _command: BackendCommand = null
var _lookup: BackendLookup = null
var _own: BackendProcess = BackendProcess.new()
var _state: TilebakeBackendState = StatusText.off()
var _shunned: String = ""  # the token of a backend that is gone, or that did not prove itself
var _known: String = ""  # the token of the backend that was linked last
var _crashes: int = 0
var _linked_at: int = 0  # ms
var _rest_over: int = 0  # ms


func _init() -> void:
	add_child(client)
	add_child(Ticker.new(TICK, _tick))


## Find or start the backend, unless that is under way. [param root] is the Godot project's folder.
func start(root: String) -> void:
	if _phase != Phase.OFF:
		return
	_crashes = 0
	_command = BackendCommand.find(Settings.command(), root)
	if _command == null:
		_set_state(StatusText.not_found(BackendCommand.clean(Settings.command())))
	elif _command.is_of_project and not TrustedPrograms.allows(root, _command.program):
		_set_state(StatusText.not_allowed(_command.program))
	else:
		_look_up(root)


## Run the program that the state asks about, now and whenever this project is opened.
func allow(root: String) -> void:
	if _state.kind != TilebakeBackendState.Kind.NOT_ALLOWED:
		return
	var error: Error = TrustedPrograms.allow(root, _command.program)
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
	_unlink(Phase.OFF)
	_set_state(StatusText.off())


func state() -> TilebakeBackendState:
	return _state


func is_linked() -> bool:
	return _phase == Phase.LINKED


## Look for the backend again, because a request got no answer.
func lose() -> void:
	if _phase != Phase.LINKED:
		return
	_unlink(Phase.RESTING)
	if Time.get_ticks_msec() - _linked_at > STEADY:
		_crashes = 0
	var file: ReadyFile = ReadyFile.read(location.ready_file)
	if _own.was_started() and not _own.is_running():
		_on_ended()
	elif file != null and file.token == _known:
		_prove(file)  # it may still run: a computer that slept has lost its connections
	else:
		_rest(BUSY_REST, StatusText.gone())


func _look_up(root: String) -> void:
	_lookup = BackendLookup.new()
	_lookup.start(_command, root)
	_phase = Phase.LOOKING
	_set_state(StatusText.looking(_command.program))


func _tick() -> void:
	match _phase:
		Phase.LOOKING when _lookup.is_over():
			_on_looked_up()
		Phase.WAITING:
			_check_ready_file()
		Phase.RESTING when Time.get_ticks_msec() >= _rest_over:
			_seek()


func _on_looked_up() -> void:
	location = _lookup.location
	var problem: TilebakeBackendState = _lookup.problem
	_lookup = null
	if location == null:
		_phase = Phase.OFF
		_set_state(problem)
	else:
		_seek()


## Use the backend that runs, or start one.
func _seek() -> void:
	var file: ReadyFile = ReadyFile.read(location.ready_file)
	if file != null and file.token != _shunned:
		_prove(file)
	elif _own.is_running():
		_phase = Phase.WAITING
	elif _own.start(_command, location.root):
		_phase = Phase.WAITING
		_set_state(StatusText.starting())
	else:
		_phase = Phase.OFF
		_set_state(StatusText.not_run(_command.program))


func _check_ready_file() -> void:
	var file: ReadyFile = ReadyFile.read(location.ready_file)
	if file != null and file.token != _shunned:
		_prove(file)
	elif not _own.is_running():
		_on_ended()


func _prove(file: ReadyFile) -> void:
	_phase = Phase.PROVING
	client.prove(file, _on_proof.bind(file))


func _on_proof(answer: BackendAnswer, is_proven: bool, file: ReadyFile) -> void:
	if is_proven and not location.is_root(file.project):
		_give_up(StatusText.other_project(file.project))
	elif is_proven and not file.version.begins_with(BackendLocation.VERSION):
		_give_up(StatusText.incompatible(file.version, BackendLocation.VERSION))
	elif is_proven:
		_phase = Phase.LINKED
		_linked_at = Time.get_ticks_msec()
		_known = file.token
		_set_state(StatusText.ready())
		linked.emit()
	else:
		_on_unproven(answer, file)


## Give up a backend without a proof. Either its ready file was left by a process that was killed, and whoever answers
## in its place gets nothing from us; or the backend that was linked hangs.
func _on_unproven(answer: BackendAnswer, file: ReadyFile) -> void:
	_shunned = file.token
	client.close()
	if answer.is_there():
		_set_state(StatusText.stranger(file.host()))
	if file.token != _known:
		_seek()
	elif _own.is_running():
		_own.kill()
		_on_crash("it does not answer any more")
	elif _own.was_started():
		_on_ended()
	else:
		_rest(BUSY_REST, StatusText.gone())


## Start anew after the process of this editor has ended.
func _on_ended() -> void:
	var code: int = _own.exit_code()
	_own.kill()
	if code == BackendProcess.BUSY:
		_rest(BUSY_REST, StatusText.busy_elsewhere())
	elif code == 0:  # somebody ended it
		_rest(FIRST_REST, StatusText.gone())
	else:
		_on_crash("it ended with exit code %d" % code)


func _on_crash(how: String) -> void:
	_crashes += 1
	var tail: String = BackendProcess.log_tail(location.log_file)
	if _crashes < CRASHES:
		_rest(FIRST_REST << _crashes, StatusText.crashed(how, true, tail))
	else:
		_give_up(StatusText.crashed(how, false, tail))


func _rest(duration: int, its_state: TilebakeBackendState) -> void:
	_rest_over = Time.get_ticks_msec() + duration
	_phase = Phase.RESTING
	_set_state(its_state)


func _give_up(its_state: TilebakeBackendState) -> void:
	_unlink(Phase.OFF)
	_set_state(its_state)


func _unlink(phase: Phase) -> void:
	var was_linked: bool = _phase == Phase.LINKED
	_phase = phase
	client.close()
	if was_linked:
		unlinked.emit()


func _set_state(its_state: TilebakeBackendState) -> void:
	if not its_state.is_same_as(_state):
		_state = its_state
		state_changed.emit(its_state)
