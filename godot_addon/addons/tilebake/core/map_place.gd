@tool
class_name TilebakeMapPlace
extends RefCounted
## Refuse places where no map file may be written: a scene may come from anybody, and names its map file itself.
##
## A map file lies in the project, also once links are followed, is named as one, and replaces nothing but a map.

const _HEAD: int = 65536  # bytes of a file in which a map says what it is
const _LINKS: int = 32  # to follow before it is taken for a circle
const _CLEAR: String = "Clear map_file, or name a file such as res://maps/level.tilebake.json"


## Return why no map may be written to a path; null where one may.
static func refusal(path: String) -> TilebakeDiagnostic:
	if not path.begins_with("res://") or not _stays_below(path.trim_prefix("res://")):
		return TilebakeDiagnostic.error("its map file %s is not in the project" % path, _CLEAR)
	if not path.ends_with(TilebakeMapPaths.ENDING) or path.get_file() == TilebakeMapPaths.ENDING:
		return TilebakeDiagnostic.error(
			"its map file %s is not named *%s" % [path, TilebakeMapPaths.ENDING], _CLEAR)
	if not is_inside(path):
		return TilebakeDiagnostic.error(
			"its map file %s is outside of the project, because a link leads there" % path,
			"Replace the link by a folder of its own, or name a file in another folder")
	if _is_foreign(path):
		return TilebakeDiagnostic.error(
			"%s is there already and holds no map of tilebake" % path,
			"Move that file away, or name another one in map_file")
	return null


## Whether a res:// path is in the project when all links on the way are followed.
static func is_inside(path: String) -> bool:
	var root: String = _follow_links(ProjectSettings.globalize_path("res://"))
	var place: String = _follow_links(ProjectSettings.globalize_path(path))
	return not root.is_empty() and place.begins_with(root.trim_suffix("/") + "/")


## Whether a path below a folder names nothing above it or elsewhere, on any system.
static func _stays_below(path: String) -> bool:
	if path.contains("\\") or path.contains(":"):
		return false
	return Array(path.split("/")).all(func(name: String) -> bool: return not name in ["", ".", ".."])


## Return an absolute path without links; empty where they lead in a circle. What is not there yet has none.
static func _follow_links(path: String) -> String:
	var left: PackedStringArray = path.simplify_path().split("/", false)
	var place: String = path.left(1) if path.begins_with("/") else ""
	var links: int = 0
	while not left.is_empty():
		var next: String = place.path_join(left[0]) if not place.is_empty() else left[0]
		left.remove_at(0)
		var target: String = _target_of(next)
		if target.is_empty():
			place = next
			continue
		links += 1
		if links > _LINKS:
			return ""
		var whole: String = target if target.is_absolute_path() else place.path_join(target)
		left = whole.simplify_path().split("/", false) + left
		place = "/" if whole.begins_with("/") else ""
	return place


## Return where a link leads; empty where a path is none.
static func _target_of(path: String) -> String:
	var folder: DirAccess = DirAccess.open(path.get_base_dir())
	if folder == null or not folder.is_link(path):
		return ""
	return folder.read_link(path).replace("\\", "/")


## Whether a file holds something that is no map. An empty one was left by a power cut, and holds nothing to lose.
static func _is_foreign(path: String) -> bool:
	if DirAccess.dir_exists_absolute(path):
		return true
	if not FileAccess.file_exists(path):
		return false
	var file: FileAccess = FileAccess.open(path, FileAccess.READ)
	if file == null:
		return true
	var key: String = "\"tilebake\"".to_ascii_buffer().hex_encode()
	return file.get_length() > 0 and not file.get_buffer(_HEAD).hex_encode().contains(key)
