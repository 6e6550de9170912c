@tool
class_name TilebakeMapPaths
extends RefCounted
## Where maps and their pictures lie in a project.

const ENDING: String = ".tilebake.json"
const MAPS_SETTING: String = "tilebake/maps_folder"
const TEXTURES_SETTING: String = "tilebake/textures_folder"
const DEFAULT_MAPS: String = "res://maps"
const DEFAULT_TEXTURES: String = "res://baked"


static func maps_folder() -> String:
	return _folder(MAPS_SETTING, DEFAULT_MAPS)


static func textures_folder() -> String:
	return _folder(TEXTURES_SETTING, DEFAULT_TEXTURES)


## The map file of a BakedTileMap: as its map_file says, else after its scene, whose folders the maps
## folder mirrors. Where a scene has several, each has its own path in the name too.
static func map_path(scene_path: String, baked: BakedTileMap, count: int) -> String:
	if not baked.map_file.is_empty():
		return baked.map_file
	if scene_path.is_empty():
		return ""
	var inside: String = scene_path.trim_prefix("res://").get_basename()
	if count > 1:
		inside += "." + _name_in_scene(baked)
	return maps_folder().path_join(inside + ENDING)


## The picture of a map: the textures folder mirrors the project's folders, as `output` in tilebake.toml does.
static func texture_path(the_map_path: String) -> String:
	var inside: String = the_map_path.trim_prefix("res://").trim_suffix(".json").trim_suffix(".tilebake")
	return textures_folder().path_join(inside + ".png")


static func _name_in_scene(baked: BakedTileMap) -> String:
	var root: Node = baked.owner if baked.owner != null else baked
	return String(root.get_path_to(baked)).replace("/", ".")


static func _folder(setting: String, otherwise: String) -> String:
	var said: String = str(ProjectSettings.get_setting(setting, otherwise))
	return otherwise if said.is_empty() else said
