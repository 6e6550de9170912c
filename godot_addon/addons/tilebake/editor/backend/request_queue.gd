@tool
extends Node
## Send requests to the backend one after the other, while the editor's frames go on.
##
## Each in a thread: an editor that draws a frame in ten seconds would lose every answer otherwise.

const TilebakeBackendAnswer = preload("backend_answer.gd")
const TilebakeBackendRequest = preload("backend_request.gd")

var _waiting: Array[TilebakeBackendRequest] = []
var _current: TilebakeBackendRequest = null
var _threads: Dictionary[TilebakeBackendRequest, Thread] = {}  # that may still run


func _exit_tree() -> void:
	drop()
	for thread: Thread in _threads.values():
		thread.wait_to_finish()
	_threads.clear()


## Send a request as soon as all before it have been answered.
func add(next: TilebakeBackendRequest) -> void:
	_waiting.append(next)
	_send_next()


## Whether no request is open or waits.
func is_idle() -> bool:
	return _current == null and _waiting.is_empty()


## Forget all requests; their answers are not reported.
func drop() -> void:
	if _current != null:
		_current.is_dropped = true
	_waiting.clear()
	_current = null


func _send_next() -> void:
	if _current != null or _waiting.is_empty():
		return
	_current = _waiting.pop_front()
	var thread: Thread = Thread.new()
	if thread.start(_send.bind(_current)) == OK:
		_threads[_current] = thread
	else:
		_report.call_deferred(_current, TilebakeBackendAnswer.new(0, PackedByteArray()))


func _send(request: TilebakeBackendRequest) -> TilebakeBackendAnswer:
	var answer: TilebakeBackendAnswer = request.send()
	_finish.call_deferred(request)
	return answer


func _finish(request: TilebakeBackendRequest) -> void:
	var thread: Thread = _threads.get(request)
	if _threads.erase(request):
		var answer: TilebakeBackendAnswer = thread.wait_to_finish()
		_report(request, answer)


func _report(request: TilebakeBackendRequest, answer: TilebakeBackendAnswer) -> void:
	if request != _current:
		return
	_current = null
	if request.on_answer.is_valid():
		request.on_answer.call(answer)
	_send_next()
