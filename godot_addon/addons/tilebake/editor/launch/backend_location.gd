@tool
extends RefCounted
## Describe where a project's backend is found, as `tilebake where --json` prints it.

const TilebakeBackendLocation = preload("backend_location.gd")
const TilebakeJsonObject = preload("../backend/views/json_object.gd")

## The beginning of the versions that this addon works with.
const VERSION: String = "0.1."

var version: String
## The project's root: the folder of tilebake.toml, which may lie above that of project.godot.
var root: String
var ready_file: String
var log_file: String


## Parse what `tilebake where --json` prints; null where this is something else.
static func parse(text: String) -> TilebakeBackendLocation:
	var json: Dictionary = TilebakeJsonObject.parse(text)
	var location: TilebakeBackendLocation = TilebakeBackendLocation.new()
	location.version = str(json.get("version", ""))
	location.root = str(json.get("project", "")).replace("\\", "/")
	location.ready_file = str(json.get("ready_file", ""))
	location.log_file = str(json.get("log_file", ""))
	return null if location.root.is_empty() or location.ready_file.is_empty() else location


func is_compatible() -> bool:
	return version.begins_with(VERSION)


## Whether [param folder] is this project's root.
func is_root(folder: String) -> bool:
	return folder.replace("\\", "/").trim_suffix("/") == root.trim_suffix("/")


## Return the API's id of a file; empty outside of the project.
func id_of(res_path: String) -> String:
	var path: String = ProjectSettings.globalize_path(res_path)
	var folder: String = root.trim_suffix("/") + "/"
	return path.trim_prefix(folder) if path.begins_with(folder) else ""


## Return the res:// path of an id of the API; empty outside of the Godot project.
func res_path_of(id: String) -> String:
	var path: String = ProjectSettings.localize_path(root.path_join(id))
	return path if path.begins_with("res://") else ""
