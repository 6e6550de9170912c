@tool
extends HTTPRequest
## Requests to the backend that follow one another: one at a time, the editor's frames going on meanwhile.

const BackendAnswer = preload("backend_answer.gd")
const Signals = preload("../../core/signals.gd")

const LARGEST: int = 64 * 1024 * 1024  # bytes of an answer

var _waiting: Array[Asked] = []
var _current: Asked = null


## One request, and whom to tell the answer.
class Asked:
	extends RefCounted
	var method: HTTPClient.Method
	var url: String
	var headers: PackedStringArray
	var body: String
	var answered: Callable


func _init(seconds: float) -> void:
	timeout = seconds
	max_redirects = 0  # the token goes nowhere else
	accept_gzip = false
	body_size_limit = LARGEST


func _ready() -> void:
	Signals.on(request_completed, _on_completed)


## Asks when all before has been answered. [param answered] is called with a BackendAnswer.
func ask(asked: Asked) -> void:
	_waiting.append(asked)
	_next()


## Whether nothing is asked or waits to be.
func is_idle() -> bool:
	return _current == null and _waiting.is_empty()


## Forgets all that was asked; nobody is told.
func drop() -> void:
	cancel_request()
	_waiting.clear()
	_current = null


func _next() -> void:
	if _current != null or _waiting.is_empty():
		return
	_current = _waiting.pop_front()
	if request(_current.url, _current.headers, _current.method, _current.body) != OK:
		_answer.call_deferred(0, PackedByteArray())


func _on_completed(result: int, status: int, _headers: PackedStringArray, body: PackedByteArray) -> void:
	_answer(status if result == RESULT_SUCCESS else 0, body)


func _answer(status: int, body: PackedByteArray) -> void:
	if _current == null:
		return
	var answered: Callable = _current.answered
	_current = null
	if answered.is_valid():
		answered.call(BackendAnswer.new(status, body))
	_next()
