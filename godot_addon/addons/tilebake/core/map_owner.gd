@tool
class_name TilebakeMapOwner
extends RefCounted
## Tell which scene a map file is of: a map says so itself, and one that does not is named after its scene.

const KEY: String = "scene"
const _HEAD: int = 65536  # bytes of a map in which it says so: the tiles come last
const _SAID: String = "\"scene\"\\s*:\\s*\\{\\s*\"file\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*)\""


## Return what a map file says of the node that it is of.
static func to_json(root: Node, node_path: NodePath) -> Dictionary:
	return {"file": root.scene_file_path, "node": String(node_path)}


## Return the scene that a map file is of; empty where none is known.
static func scene_of(map_path: String) -> String:
	var said: String = _scene_said_in(map_path)
	return _scene_named_like(map_path) if said.is_empty() or not FileAccess.file_exists(said) else said


## Return the scene that a map file is of if that is another one than [param scene]; else an empty text.
static func other_scene(map_path: String, scene: String) -> String:
	if not FileAccess.file_exists(map_path):
		return ""
	var owner: String = scene_of(map_path)
	return "" if owner == scene else owner


static func _scene_said_in(map_path: String) -> String:
	var file: FileAccess = FileAccess.open(map_path, FileAccess.READ)
	if file == null:
		return ""
	var head: String = file.get_buffer(_HEAD).get_string_from_utf8()
	var found: RegExMatch = RegEx.create_from_string(_SAID).search(head)
	return "" if found == null else found.get_string(1).c_unescape()


## Return the scene that a map is named after: "levels/cave.tilebake.json" and "levels/cave.North.tilebake.json"
## both come from "levels/cave.tscn".
static func _scene_named_like(map_path: String) -> String:
	var inside: String = map_path.trim_prefix(TilebakeMapPaths.maps_folder()).trim_prefix("/")
	inside = inside.trim_suffix(TilebakeMapPaths.ENDING)
	while not inside.is_empty():
		for ending: String in [".tscn", ".scn"]:
			var path: String = "res://" + inside + ending
			if FileAccess.file_exists(path):
				return path
		inside = inside.get_basename() if not inside.get_extension().is_empty() else ""
	return ""
