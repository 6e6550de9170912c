@tool
extends Node
## Send requests to one backend, which first has to prove that it knows the token: only then is the token sent.

const TilebakeBackendAnswer = preload("backend_answer.gd")
const TilebakeBackendRequest = preload("backend_request.gd")
const TilebakeReadyFile = preload("../launch/ready_file.gd")
const TilebakeRequestQueue = preload("request_queue.gd")

const PATIENCE: float = 10.0  # seconds for an answer
const WAIT: int = 20  # seconds that the backend may hold back an answer until something has changed
const FAREWELL: float = 1.0  # seconds of the editor's own time that the end of the backend may take

var _ready_file: TilebakeReadyFile = null
var _token: String = ""
var _commands: TilebakeRequestQueue = TilebakeRequestQueue.new()
var _events: TilebakeRequestQueue = TilebakeRequestQueue.new()
var _progress_images: TilebakeRequestQueue = TilebakeRequestQueue.new()
var _previews: TilebakeRequestQueue = TilebakeRequestQueue.new()


func _init() -> void:
	for queue: TilebakeRequestQueue in _queues():
		add_child(queue)


## Ask the backend of a ready file to prove itself. [param on_proof] is called with the answer and whether it did;
## only after that does the backend get any other request.
func prove(file: TilebakeReadyFile, on_proof: Callable) -> void:
	close()
	_ready_file = file
	var nonce: String = Crypto.new().generate_random_bytes(24).hex_encode()
	_get_from(_commands, "health/challenge?nonce=" + nonce, func(answer: TilebakeBackendAnswer) -> void:
		var is_proven: bool = answer.is_ok() and _is_proof(str(answer.object().get("proof", "")), file, nonce)
		if is_proven:
			_token = file.token
		on_proof.call(answer, is_proven))


## Forget the backend and every request that it has not answered.
func close() -> void:
	_token = ""
	_ready_file = null
	for queue: TilebakeRequestQueue in _queues():
		queue.drop()


## Return the token of the backend that has proven itself; empty while none has.
func token() -> String:
	return _token


## Request every map of the project. [param on_answer] is called with a BackendAnswer, here as below.
func request_maps(on_answer: Callable) -> void:
	_get_from(_commands, "maps", on_answer)


## Request a bake of a map. [param priority] is "edited" for the map that is being edited, else "asked".
func bake(map_id: String, priority: String, on_answer: Callable) -> void:
	_post_to(_commands, "maps/%s/bake" % map_id.uri_encode(), {"priority": priority}, on_answer)


func cancel(job_id: int, on_answer: Callable) -> void:
	_post_to(_commands, "jobs/%d/cancel" % job_id, {}, on_answer)


## Request the events after a number; with [param wait] the answer comes as soon as there is one.
func request_events(after: int, wait: bool, on_answer: Callable) -> void:
	_get_from(_events, "events?after=%d&wait=%d" % [after, WAIT if wait else 0], on_answer)


## Request the latest progress image of a running job, unless the last request for one is still open.
func request_progress_image(job_id: int, on_answer: Callable) -> void:
	if _progress_images.is_idle():
		_get_from(_progress_images, "jobs/%d/progress_image" % job_id, on_answer)


## Request a preview of a map. [param subject] is the body: {"words", "terrain"} for heat, {"edit"} for a trial.
func submit_preview(map_id: String, subject: Dictionary, on_answer: Callable) -> void:
	_post_to(_previews, "maps/%s/previews" % map_id.uri_encode(), subject, on_answer)


## Request the status of a preview.
func request_preview(preview_id: int, on_answer: Callable) -> void:
	_get_from(_previews, "previews/%d" % preview_id, on_answer)


## Request the image of a preview that is done.
func request_preview_image(preview_id: int, on_answer: Callable) -> void:
	_get_from(_previews, "previews/%d/image" % preview_id, on_answer)


## Cancel a preview; nobody waits for the answer.
func cancel_preview(preview_id: int) -> void:
	_post_to(_previews, "previews/%d/cancel" % preview_id, {}, Callable())


## Tell the backend to end, and wait up to [constant FAREWELL] for its answer: when a plugin leaves or the editor
## closes, there is no later. Returns false where it did not answer.
func shut_down() -> bool:
	if _token.is_empty():
		return false
	return _request(HTTPClient.METHOD_POST, "shutdown", "{}", FAREWELL).send().is_ok()


func _get_from(queue: TilebakeRequestQueue, path: String, on_answer: Callable) -> void:
	_send(queue, HTTPClient.METHOD_GET, path, "", on_answer)


func _post_to(queue: TilebakeRequestQueue, path: String, body: Dictionary, on_answer: Callable) -> void:
	_send(queue, HTTPClient.METHOD_POST, path, JSON.stringify(body), on_answer)


func _send(queue: TilebakeRequestQueue, method: HTTPClient.Method, path: String, body: String, on_answer: Callable) -> void:
	if _ready_file == null:
		return
	var request: TilebakeBackendRequest = _request(method, path, body, PATIENCE + WAIT if queue == _events else PATIENCE)
	request.on_answer = on_answer
	queue.add(request)


func _request(method: HTTPClient.Method, path: String, body: String, seconds: float) -> TilebakeBackendRequest:
	var request: TilebakeBackendRequest = TilebakeBackendRequest.new()
	request.method = method
	request.port = _ready_file.port
	request.path = "/v2/" + path
	request.headers = _headers()
	request.body = body
	request.seconds = seconds
	return request


func _queues() -> Array[TilebakeRequestQueue]:
	return [_commands, _events, _progress_images, _previews]


func _headers() -> PackedStringArray:
	var content: String = "Content-Type: application/json"
	return [content] if _token.is_empty() else [content, "Authorization: Bearer " + _token]


static func _is_proof(proof: String, file: TilebakeReadyFile, nonce: String) -> bool:
	if proof.length() != 64 or not proof.is_valid_hex_number():
		return false
	var message: String = "tilebake %s %s" % [file.host(), nonce]
	var expected: PackedByteArray = Crypto.new().hmac_digest(
		HashingContext.HASH_SHA256, file.token.to_ascii_buffer(), message.to_ascii_buffer()
	)
	return Crypto.new().constant_time_compare(expected, proof.hex_decode())
