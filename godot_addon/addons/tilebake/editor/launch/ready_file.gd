@tool
extends RefCounted
## Describe the ready file of a running backend: where it listens, and the token that it knows.

const TilebakeJsonObject = preload("../backend/views/json_object.gd")
const TilebakeReadyFile = preload("ready_file.gd")

const ADDRESS: String = "127.0.0.1"
const LONGEST: int = 16384  # bytes; a ready file has a few hundred
const TOKEN_LENGTH: int = 64  # hex digits

var port: int
var token: String
var project: String
var version: String


## Read the file; null where there is none, or where others could have written it.
static func read(path: String) -> TilebakeReadyFile:
	if not FileAccess.file_exists(path) or not _is_private(path):
		return null
	var file: FileAccess = FileAccess.open(path, FileAccess.READ)
	if file == null or file.get_length() > LONGEST:
		return null
	return _from_json(TilebakeJsonObject.parse(file.get_as_text()))  # empty while it is being written


## Return `127.0.0.1:PORT`, which is part of the proof.
func host() -> String:
	return "%s:%d" % [ADDRESS, port]


static func _from_json(json: Dictionary) -> TilebakeReadyFile:
	var ready: TilebakeReadyFile = TilebakeReadyFile.new()
	ready.port = TilebakeJsonObject.whole(json, "port")
	ready.token = str(json.get("token", ""))
	ready.project = str(json.get("project", ""))
	ready.version = str(json.get("version", ""))
	var is_whole: bool = (
		str(json.get("address")) == ADDRESS
		and ready.port > 0
		and ready.port < 65536
		and ready.token.length() == TOKEN_LENGTH
		and ready.token.is_valid_hex_number()
	)
	return ready if is_whole else null


## Whether only its owner can read or write the file. On Windows the user's folders are private anyway.
static func _is_private(path: String) -> bool:
	var others: int = (
		FileAccess.UNIX_READ_GROUP
		| FileAccess.UNIX_WRITE_GROUP
		| FileAccess.UNIX_READ_OTHER
		| FileAccess.UNIX_WRITE_OTHER
	)
	return OS.get_name() == "Windows" or FileAccess.get_unix_permissions(path) & others == 0
