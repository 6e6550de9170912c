@tool
extends Node
## Speaks with one backend: it has to prove that it knows the token before the token is sent to it.

const BackendAnswer = preload("backend_answer.gd")
const ReadyFile = preload("../launch/ready_file.gd")
const RequestQueue = preload("request_queue.gd")

const PATIENCE: float = 10.0  # seconds for an answer
const WAIT: int = 20  # seconds that the backend may hold back an answer until there is news
const FAREWELL: int = 1000  # ms that ending it may take of the editor's own time

var _ready_file: ReadyFile = null
var _token: String = ""
var _orders: RequestQueue = RequestQueue.new(PATIENCE)
var _news: RequestQueue = RequestQueue.new(PATIENCE + WAIT)
var _pictures: RequestQueue = RequestQueue.new(PATIENCE)
var _looks: RequestQueue = RequestQueue.new(PATIENCE)


func _init() -> void:
	for lane: RequestQueue in _lanes():
		add_child(lane)


## Has the backend of a ready file prove itself; [param told] is called with the answer and whether it did.
## Only then can it be asked for anything else.
func prove(file: ReadyFile, told: Callable) -> void:
	close()
	_ready_file = file
	var nonce: String = Crypto.new().generate_random_bytes(24).hex_encode()
	var path: String = "/v2/health/challenge?nonce=" + nonce
	_ask(_orders, HTTPClient.METHOD_GET, path, {}, func(answer: BackendAnswer) -> void:
		var is_proven: bool = answer.is_ok() and _is_proof(str(answer.object().get("proof", "")), file, nonce)
		if is_proven:
			_token = file.token
		told.call(answer, is_proven))


## Forgets the backend and everything that it was asked.
func close() -> void:
	_token = ""
	_ready_file = null
	for lane: RequestQueue in _lanes():
		lane.drop()


## The token of the backend that has proven itself; empty while none has.
func token() -> String:
	return _token


func maps(told: Callable) -> void:
	_ask(_orders, HTTPClient.METHOD_GET, "/v2/maps", {}, told)


func bake(map_id: String, urgency: String, told: Callable) -> void:
	var path: String = "/v2/maps/%s/bake" % map_id.uri_encode()
	_ask(_orders, HTTPClient.METHOD_POST, path, {"priority": urgency}, told)


func cancel(job_id: int, told: Callable) -> void:
	_ask(_orders, HTTPClient.METHOD_POST, "/v2/jobs/%d/cancel" % job_id, {}, told)


## Events after a number; with [param wait] the answer comes when there is one.
func events(after: int, wait: bool, told: Callable) -> void:
	var path: String = "/v2/events?after=%d&wait=%d" % [after, WAIT if wait else 0]
	_ask(_news, HTTPClient.METHOD_GET, path, {}, told)


## A picture of a running job, unless the last one has not come yet.
func preview(job_id: int, told: Callable) -> void:
	if _pictures.is_idle():
		_ask(_pictures, HTTPClient.METHOD_GET, "/v2/jobs/%d/progress_image" % job_id, {}, told)


## Has a map painted for somebody to look at: [param wish] says what of it.
func look(map_id: String, wish: Dictionary, told: Callable) -> void:
	_ask(_looks, HTTPClient.METHOD_POST, "/v2/maps/%s/previews" % map_id.uri_encode(), wish, told)


## How a look stands.
func look_view(look_id: int, told: Callable) -> void:
	_ask(_looks, HTTPClient.METHOD_GET, "/v2/previews/%d" % look_id, {}, told)


func look_picture(look_id: int, told: Callable) -> void:
	_ask(_looks, HTTPClient.METHOD_GET, "/v2/previews/%d/image" % look_id, {}, told)


func cancel_look(look_id: int, told: Callable) -> void:
	_ask(_looks, HTTPClient.METHOD_POST, "/v2/previews/%d/cancel" % look_id, {}, told)


## Tells the backend to end. This waits for its answer, a moment only: when a plugin leaves or the editor
## closes, there is no later. False where it did not answer.
func shut_down() -> bool:
	if _token.is_empty():
		return false
	var deadline: int = Time.get_ticks_msec() + FAREWELL
	var http: HTTPClient = HTTPClient.new()
	var asked: bool = http.connect_to_host(ReadyFile.ADDRESS, _ready_file.port) == OK
	while asked and Time.get_ticks_msec() < deadline and http.poll() == OK:
		match http.get_status():
			HTTPClient.STATUS_CONNECTED when http.has_response():
				break
			HTTPClient.STATUS_CONNECTED:
				asked = http.request(HTTPClient.METHOD_POST, "/v2/shutdown", _headers(), "{}") == OK
			HTTPClient.STATUS_BODY:
				break
		OS.delay_msec(1)
	var is_heard: bool = http.has_response() and http.get_response_code() == 200
	http.close()
	return is_heard


func _ask(lane: RequestQueue, method: HTTPClient.Method, path: String, body: Dictionary, told: Callable) -> void:
	if _ready_file == null:
		return
	var asked: RequestQueue.Asked = RequestQueue.Asked.new()
	asked.method = method
	asked.url = "http://%s%s" % [_ready_file.host(), path]
	asked.headers = _headers()
	asked.body = JSON.stringify(body) if method == HTTPClient.METHOD_POST else ""
	asked.answered = told
	lane.ask(asked)


func _lanes() -> Array[RequestQueue]:
	return [_orders, _news, _pictures, _looks]


func _headers() -> PackedStringArray:
	var content: String = "Content-Type: application/json"
	return [content] if _token.is_empty() else [content, "Authorization: Bearer " + _token]


static func _is_proof(proof: String, file: ReadyFile, nonce: String) -> bool:
	if proof.length() != 64 or not proof.is_valid_hex_number():
		return false
	var message: String = "tilebake %s %s" % [file.host(), nonce]
	var expected: PackedByteArray = Crypto.new().hmac_digest(
		HashingContext.HASH_SHA256, file.token.to_ascii_buffer(), message.to_ascii_buffer()
	)
	return Crypto.new().constant_time_compare(expected, proof.hex_decode())
