@tool
class_name TilebakeMapPaths
extends RefCounted
## Find where maps and their pictures lie in a project.

const ENDING: String = ".tilebake.json"
## Project setting: the folder for maps. Empty: the first that tilebake.toml names.
const MAPS_SETTING: String = "tilebake/maps_folder"
const DEFAULT_MAPS: String = "res://maps"


## Return the folder for maps: the setting's, else the first of tilebake.toml, else res://maps.
static func maps_folder() -> String:
	var chosen: String = str(ProjectSettings.get_setting(MAPS_SETTING, ""))
	if not chosen.is_empty():
		return chosen
	var file: TilebakeProjectFile = TilebakeProjectFile.find("res://")
	var named: String = _in_game(file.root.path_join(file.maps)) if not file.maps.is_empty() else ""
	return DEFAULT_MAPS if named.is_empty() else named


## Return the map file of a BakedTileMap.
static func map_path(baked: BakedTileMap) -> String:
	return map_paths(baked.owner if baked.owner != null else baked)[baked]


## Return the map files of a scene's BakedTileMap nodes, in tree order: as their map_file says, else named after the
## scene, whose folders the maps folder mirrors. Where a scene has several, one has the scene's name: the one whose
## picture is named so already, else the first. The others have their node path in the name too.
static func map_paths(root: Node) -> Dictionary[BakedTileMap, String]:
	var paths: Dictionary[BakedTileMap, String] = {}
	for baked: BakedTileMap in TilebakeLayerList.baked_in(root):
		paths[baked] = baked.map_file
	var unnamed: Array[BakedTileMap] = []
	unnamed.assign(paths.keys().filter(func(baked: BakedTileMap) -> bool: return paths[baked].is_empty()))
	if root.scene_file_path.is_empty() or unnamed.is_empty():
		return paths
	var plain: String = maps_folder().path_join(root.scene_file_path.trim_prefix("res://").get_basename() + ENDING)
	var first: BakedTileMap = null if plain in paths.values() else _named_after_scene(unnamed, plain)
	for baked: BakedTileMap in unnamed:
		paths[baked] = plain if baked == first else _with_own_path(plain, baked, root)
	return paths


## Write its map file into each BakedTileMap of a scene with several, so that it keeps that file whatever is added,
## moved or removed beside it. Of those that name the same file, as copies do, the first keeps it. A scene that was copied
## gets files of its own. Returns whether anything had to be written.
static func settle(root: Node) -> bool:
	var taken: Dictionary[String, bool] = {}
	var has_changed: bool = _clear_foreign(root)
	var paths: Dictionary[BakedTileMap, String] = map_paths(root)
	if paths.size() < 2 or "" in paths.values():
		return has_changed
	for baked: BakedTileMap in paths:
		var path: String = paths[baked]
		if taken.has(path):
			path = _with_own_path(path, baked, root)
		taken[path] = true
		has_changed = has_changed or baked.map_file != path
		baked.map_file = path
	return has_changed


## Clear the map files that are those of another scene, which this one was copied from. Returns whether there were any.
static func _clear_foreign(root: Node) -> bool:
	var has_changed: bool = false
	for baked: BakedTileMap in TilebakeLayerList.baked_in(root):
		if not baked.map_file.is_empty() and not TilebakeMapOwner.other_scene(baked.map_file, root.scene_file_path).is_empty():
			baked.map_file = ""
			has_changed = true
	return has_changed


## Return the picture's path where the backend puts it: beside the map, or in the `output` folder of tilebake.toml,
## which mirrors the folders of the maps. Empty where that is outside of the Godot project.
static func texture_path(the_map_path: String) -> String:
	var folder: String = ProjectSettings.globalize_path(the_map_path.get_base_dir()).simplify_path()
	var file: TilebakeProjectFile = TilebakeProjectFile.find(folder)
	if not file.output.is_empty():
		var inside: String = folder.trim_prefix(file.root).trim_prefix("/")
		folder = file.root.path_join(file.output).path_join(inside)
	var stem: String = the_map_path.get_file().trim_suffix(".json").trim_suffix(".tilebake")
	return _in_game(folder.path_join(stem + ".png").simplify_path())


## Return the path of the TileSet that lies beside the picture of a map, if the map is one of a TileSet.
static func tile_set_path(picture: String) -> String:
	return picture.get_basename() + ".tres"


static func _in_game(path: String) -> String:
	var inside: String = ProjectSettings.localize_path(path)
	return inside if inside.begins_with("res://") else ""


static func _named_after_scene(unnamed: Array[BakedTileMap], plain: String) -> BakedTileMap:
	if unnamed.size() > 1:
		var picture: String = texture_path(plain)
		for baked: BakedTileMap in unnamed:
			if baked.texture != null and baked.texture.resource_path == picture:
				return baked
	return unnamed[0]


static func _with_own_path(path: String, baked: BakedTileMap, root: Node) -> String:
	var name: String = String(root.get_path_to(baked)).replace("/", ".")
	return "%s.%s%s" % [path.trim_suffix(ENDING), name, ENDING]
