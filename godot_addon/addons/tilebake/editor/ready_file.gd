@tool
extends RefCounted
## The ready file: where a running backend listens, and the token that it answers to.

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
	var json: JSON = JSON.new()
	if json.parse(file.get_as_text()) != OK or not json.data is Dictionary:
		return null  # it is being written
	var told: Dictionary = json.data
	return _of(told)


## `127.0.0.1:PORT`, which the proof speaks of.
func host() -> String:
	return "%s:%d" % [ADDRESS, port]


static func _of(told: Dictionary) -> ReadyFile:
	var ready: ReadyFile = ReadyFile.new()
	ready.port = _whole(told.get("port"))
	ready.token = str(told.get("token", ""))
	ready.project = str(told.get("project", ""))
	ready.version = str(told.get("version", ""))
	var is_whole: bool = (
		told.get("address") == ADDRESS
		and ready.port > 0
		and ready.port < 65536
		and ready.token.length() == TOKEN_LENGTH
		and ready.token.is_valid_hex_number()
	)
	return ready if is_whole else null


static func _whole(value: Variant) -> int:
	if value is float:
		var number: float = value
		return int(number)
	return 0


## Whether nobody but its owner can read the file. Windows keeps the user's folders private by itself.
static func _is_private(path: String) -> bool:
	var others: int = (
		FileAccess.UNIX_READ_GROUP
		| FileAccess.UNIX_WRITE_GROUP
		| FileAccess.UNIX_READ_OTHER
		| FileAccess.UNIX_WRITE_OTHER
	)
	return OS.get_name() == "Windows" or FileAccess.get_unix_permissions(path) & others == 0
