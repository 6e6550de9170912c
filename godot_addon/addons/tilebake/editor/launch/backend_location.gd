@tool
extends RefCounted
## Where a project's backend is found, as `tilebake where --json` tells it.

const BackendLocation = preload("backend_location.gd")
const JsonObject = preload("../backend/json_object.gd")

## The versions that this addon works with: those that begin so.
const VERSION: String = "0.1."

var version: String
## The project's root: the folder of tilebake.toml, which may lie above that of project.godot.
var root: String
var ready_file: String
var log_file: String


## Null where this is not what `tilebake where` prints.
static func parse(text: String) -> BackendLocation:
	var told: Dictionary = JsonObject.read(text)
	var location: BackendLocation = BackendLocation.new()
	location.version = str(told.get("version", ""))
	location.root = str(told.get("project", "")).replace("\\", "/")
	location.ready_file = str(told.get("ready_file", ""))
	location.log_file = str(told.get("log_file", ""))
	return null if location.root.is_empty() or location.ready_file.is_empty() else location


func is_compatible() -> bool:
	return version.begins_with(VERSION)


## Whether [param folder] is this project's root.
func is_root(folder: String) -> bool:
	return folder.replace("\\", "/").trim_suffix("/") == root.trim_suffix("/")


## What a file of the project is called in the API; empty outside of it.
func id_of(res_path: String) -> String:
	var path: String = ProjectSettings.globalize_path(res_path)
	var folder: String = root.trim_suffix("/") + "/"
	return path.trim_prefix(folder) if path.begins_with(folder) else ""


## The res:// path of what the API calls so; empty outside of the Godot project.
func res_path_of(id: String) -> String:
	var path: String = ProjectSettings.localize_path(root.path_join(id))
	return path if path.begins_with("res://") else ""
