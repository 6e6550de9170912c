@tool
extends RefCounted
## Describe one request to the backend, and send it.

const TilebakeBackendAnswer = preload("backend_answer.gd")
const TilebakeReadyFile = preload("../launch/ready_file.gd")

const LARGEST: int = 64 * 1024 * 1024  # bytes of an answer
const LONGEST_PAUSE: int = 16  # ms between two looks at the connection

var method: HTTPClient.Method
var port: int
var path: String
var headers: PackedStringArray
var body: String
var seconds: float  # that the answer may take
## What is called with the answer; an empty one is not.
var on_answer: Callable

## Whether nobody wants the answer any more: sending ends soon, with the status 0.
var is_dropped: bool = false


## Send it, and return the answer; its status is 0 where there is none in time. Meant for a thread: it sleeps between
## two looks, where a threaded HTTPRequest asks its socket without a pause (godotengine/godot#35868).
func send() -> TilebakeBackendAnswer:
	var deadline: int = Time.get_ticks_msec() + roundi(1000 * seconds)
	var http: HTTPClient = HTTPClient.new()
	var content: PackedByteArray = PackedByteArray()
	var is_sent: bool = false
	var is_open: bool = http.connect_to_host(TilebakeReadyFile.ADDRESS, port) == OK
	var pause: int = 1
	while is_open and not is_dropped and Time.get_ticks_msec() < deadline and http.poll() == OK:
		match http.get_status():
			HTTPClient.STATUS_CONNECTED when is_sent:
				break
			HTTPClient.STATUS_CONNECTED:
				is_open = http.request(method, path, headers, body) == OK
				is_sent = true
			HTTPClient.STATUS_BODY:
				var piece: PackedByteArray = http.read_response_body_chunk()
				content.append_array(piece)
				is_open = content.size() <= LARGEST
				pause = 0 if not piece.is_empty() else pause
			HTTPClient.STATUS_DISCONNECTED:
				break
		OS.delay_msec(pause)
		pause = clampi(2 * pause, 1, LONGEST_PAUSE)
	var is_whole: bool = is_sent and http.has_response() and http.get_status() == HTTPClient.STATUS_CONNECTED
	var status: int = http.get_response_code() if is_whole else 0
	http.close()
	return TilebakeBackendAnswer.new(status, content if is_whole else PackedByteArray())
