class_name TilebakeSceneFiles
extends RefCounted
## Find the scenes that have a BakedTileMap, without loading scenes that have none.

const _NODE: String = "nodes/baked_tile_map.gd"

## Whether a scene or what it is made of has the node, by path.
var _known: Dictionary[String, bool] = {}


## Return all scenes of the project that have a BakedTileMap, or that contain a scene which has one, sorted.
static func find_painted() -> Array[String]:
	var files: TilebakeSceneFiles = TilebakeSceneFiles.new()
	var found: Array[String] = files._find_painted_below("res://")
	found.sort()
	return found


func _find_painted_below(folder: String) -> Array[String]:
	var found: Array[String] = []
	if _is_ignored(folder):
		return found
	for name: String in DirAccess.get_files_at(folder):
		var path: String = folder.path_join(name)
		if name.get_extension() in ["tscn", "scn"] and _has_node(path):
			found.append(path)
	for name: String in DirAccess.get_directories_at(folder):
		if not name.begins_with("."):
			found.append_array(_find_painted_below(folder.path_join(name)))
	return found


## Whether the editor ignores a folder too.
func _is_ignored(folder: String) -> bool:
	var is_other: bool = folder != "res://" and FileAccess.file_exists(folder.path_join("project.godot"))
	return is_other or FileAccess.file_exists(folder.path_join(".gdignore"))


func _has_node(scene: String) -> bool:
	if not _known.has(scene):
		_known[scene] = false  # a scene that contains itself ends here
		for dependency: String in ResourceLoader.get_dependencies(scene):
			# "uid://...::type::path" where there is a uid, else the path alone
			var path: String = dependency.get_slice("::", dependency.count("::"))
			if path.ends_with(_NODE) or (path.get_extension() in ["tscn", "scn"] and _has_node(path)):
				_known[scene] = true
	return _known[scene]
