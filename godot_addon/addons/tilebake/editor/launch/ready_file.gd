@tool
extends RefCounted
## The ready file: where a running backend listens, and the token that it answers to.

const JsonObject = preload("../backend/json_object.gd")
const ReadyFile = preload("ready_file.gd")

const ADDRESS: String = "127.0.0.1"
const LONGEST: int = 16384  # bytes; a ready file has a few hundred
const TOKEN_LENGTH: int = 64  # hex digits

var port: int
var token: String
var project: String
var version: String


## What is in the file; null where there is none, or none to be trusted.
static func read(path: String) -> ReadyFile:
	if not FileAccess.file_exists(path) or not _is_private(path):
		return null
	var file: FileAccess = FileAccess.open(path, FileAccess.READ)
	if file == null or file.get_length() > LONGEST:
		return null
	return _of(JsonObject.read(file.get_as_text()))  # empty while it is being written


## `127.0.0.1:PORT`, which the proof speaks of.
func host() -> String:
	return "%s:%d" % [ADDRESS, port]


static func _of(told: Dictionary) -> ReadyFile:
	var ready: ReadyFile = ReadyFile.new()
	ready.port = JsonObject.whole(told, "port")
	ready.token = str(told.get("token", ""))
	ready.project = str(told.get("project", ""))
	ready.version = str(told.get("version", ""))
	var is_whole: bool = (
		str(told.get("address")) == ADDRESS
		and ready.port > 0
		and ready.port < 65536
		and ready.token.length() == TOKEN_LENGTH
		and ready.token.is_valid_hex_number()
	)
	return ready if is_whole else null


## Whether nobody but its owner can read the file. Windows keeps the user's folders private by itself.
static func _is_private(path: String) -> bool:
	var others: int = (
		FileAccess.UNIX_READ_GROUP
		| FileAccess.UNIX_WRITE_GROUP
		| FileAccess.UNIX_READ_OTHER
		| FileAccess.UNIX_WRITE_OTHER
	)
	return OS.get_name() == "Windows" or FileAccess.get_unix_permissions(path) & others == 0
