@tool
extends Node
## Follow what happens in the backend: first the status of every map, then each event.

## The status of every map: at first, and wherever events were missed.
signal maps_listed(maps: Array[TilebakeMapView])
signal map_changed(map: TilebakeMapView)
## [param is_new] is false for what happened before this editor listened.
signal job_changed(job: TilebakeJobView, is_new: bool)
## The backend does not answer any more.
signal lost

const TilebakeBackendAnswer = preload("backend_answer.gd")
const TilebakeBackendClient = preload("backend_client.gd")
const TilebakeEventView = preload("views/event_view.gd")
const TilebakeSignals = preload("../../nodes/signals.gd")

const REST: float = 1.0  # seconds, where the backend has too much to do to answer

var _client: TilebakeBackendClient
var _number: int = 0  # of the last event
var _is_current: bool = false


func _init(client: TilebakeBackendClient) -> void:
	_client = client


## Begin with a backend that is new to us.
func follow() -> void:
	_number = 0
	_is_current = false
	_request_events()


func _request_events() -> void:
	_client.request_events(_number, _is_current, _on_events)


func _on_events(answer: TilebakeBackendAnswer) -> void:
	if not _check_answer(answer, _request_events):
		return
	var events: Array[TilebakeEventView] = answer.events()
	var has_gap: bool = false
	for event: TilebakeEventView in events:
		has_gap = has_gap or event.number != _number + 1
		_number = event.number
		_emit(event)
	if (has_gap and _is_current) or (events.is_empty() and not _is_current):
		_request_maps()
	else:
		_request_events()


func _emit(event: TilebakeEventView) -> void:
	if event.job != null:
		job_changed.emit(event.job, _is_current)
	if event.map != null and _is_current:
		map_changed.emit(event.map)


func _request_maps() -> void:
	_client.request_maps(_on_maps)


func _on_maps(answer: TilebakeBackendAnswer) -> void:
	if _check_answer(answer, _request_maps):
		_is_current = true
		maps_listed.emit(answer.maps())
		_request_events()


## Return whether the answer is what was asked for. Where it is a refusal, [param again] asks once more after a rest;
## where there is none, the backend is given up.
func _check_answer(answer: TilebakeBackendAnswer, again: Callable) -> bool:
	if answer.is_ok():
		return true
	if answer.is_there():
		TilebakeSignals.on(get_tree().create_timer(REST).timeout, again)
	else:
		lost.emit()
	return false
