@tool
extends Node
## Follows what happens in the backend: how all maps stand at first, then every event.

## How every map stands: at first, and wherever events were missed.
signal all_told(maps: Array[Dictionary])
signal map_told(view: Dictionary)
## [param is_new] is false for what happened before this editor listened.
signal job_told(view: Dictionary, is_new: bool)
## The backend does not answer any more.
signal lost

const BackendAnswer = preload("backend_answer.gd")
const BackendClient = preload("backend_client.gd")
const JsonObject = preload("json_object.gd")
const Signals = preload("../../core/signals.gd")

const REST: float = 1.0  # seconds, where the backend has too much to do to answer

var _client: BackendClient
var _number: int = 0  # of the last event
var _is_current: bool = false


func _init(client: BackendClient) -> void:
	_client = client


## Begins with a backend that is new to us.
func follow() -> void:
	_number = 0
	_is_current = false
	_ask()


func _ask() -> void:
	_client.events(_number, _is_current, _on_events)


func _on_events(answer: BackendAnswer) -> void:
	if not _is_answered(answer, _ask):
		return
	var events: Array[Dictionary] = answer.objects("events")
	var has_gap: bool = false
	for event: Dictionary in events:
		var number: int = JsonObject.whole(event, "number")
		has_gap = has_gap or number != _number + 1
		_number = number
		_tell(event)
	if (has_gap and _is_current) or (events.is_empty() and not _is_current):
		_ask_all()
	else:
		_ask()


func _tell(event: Dictionary) -> void:
	var job: Variant = event.get("job")
	if job is Dictionary:
		var view: Dictionary = job
		job_told.emit(view, _is_current)
	var map: Variant = event.get("map")
	if map is Dictionary and _is_current:
		var view: Dictionary = map
		map_told.emit(view)


func _ask_all() -> void:
	_client.maps(_on_maps)


func _on_maps(answer: BackendAnswer) -> void:
	if _is_answered(answer, _ask_all):
		_is_current = true
		all_told.emit(answer.objects("maps"))
		_ask()


## Where it is not, the question is put again, or the backend given up.
func _is_answered(answer: BackendAnswer, again: Callable) -> bool:
	if answer.is_ok():
		return true
	if answer.is_there():
		Signals.on(get_tree().create_timer(REST).timeout, again)
	else:
		lost.emit()
	return false
