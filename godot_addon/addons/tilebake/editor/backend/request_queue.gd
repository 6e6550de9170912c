@tool
extends HTTPRequest
## Send requests to the backend one after the other, while the editor's frames go on.

const TilebakeBackendAnswer = preload("backend_answer.gd")
const TilebakeSignals = preload("../../nodes/signals.gd")

const LARGEST: int = 64 * 1024 * 1024  # bytes of an answer

var _waiting: Array[TilebakeRequest] = []
var _current: TilebakeRequest = null


## Describes one request. [member on_answer] is called with a BackendAnswer; an empty one is called with nothing.
class TilebakeRequest:
	extends RefCounted
	var method: HTTPClient.Method
	var url: String
	var headers: PackedStringArray
	var body: String
	var on_answer: Callable


func _init(seconds: float) -> void:
	timeout = seconds
	use_threads = true  # an editor that draws a frame in ten seconds would lose every answer otherwise
	max_redirects = 0  # the token goes nowhere else
	accept_gzip = false
	body_size_limit = LARGEST


func _ready() -> void:
	TilebakeSignals.on(request_completed, _on_completed)


## Send a request as soon as all before it have been answered.
func add(next: TilebakeRequest) -> void:
	_waiting.append(next)
	_send_next()


## Whether no request is open or waits.
func is_idle() -> bool:
	return _current == null and _waiting.is_empty()


## Forget all requests; their answers are not reported.
func drop() -> void:
	cancel_request()
	_waiting.clear()
	_current = null


func _send_next() -> void:
	if _current != null or _waiting.is_empty():
		return
	_current = _waiting.pop_front()
	if request(_current.url, _current.headers, _current.method, _current.body) != OK:
		_finish.call_deferred(0, PackedByteArray())


func _on_completed(result: int, status: int, _headers: PackedStringArray, body: PackedByteArray) -> void:
	_finish(status if result == RESULT_SUCCESS else 0, body)


func _finish(status: int, body: PackedByteArray) -> void:
	if _current == null:
		return
	var on_answer: Callable = _current.on_answer
	_current = null
	if on_answer.is_valid():
		on_answer.call(TilebakeBackendAnswer.new(status, body))
	_send_next()
