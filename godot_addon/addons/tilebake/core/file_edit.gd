@tool
class_name TilebakeFileEdit
extends RefCounted
## Read the edit that a map file holds, and merge it with the scene's own when that is exported.

const _TERRAINS: String = "terrains"
const _BASE: String = "base_prompt"
const _FROM_SCENE: String = "from_scene"


## Merge a scene's own edit with the one in its map file, which `tilebake edit --save` or a person wrote. For a terrain
## that both change, the scene's counts. What came from the scene before, and is no longer in it, is left out.
static func merge(own: Dictionary, held: Dictionary) -> Dictionary:
	var others: Dictionary = _foreign_part_of(held)
	if others.is_empty():
		return own if own.is_empty() else _mark_scene_terrains(own, own)
	var merged: Dictionary = others.merged(own, true)
	var terrains: Dictionary = _object(others, _TERRAINS).merged(_object(own, _TERRAINS), true)
	if terrains.is_empty():
		var _was_there: bool = merged.erase(_TERRAINS)
	else:
		merged[_TERRAINS] = terrains
	return _mark_scene_terrains(merged, own)


## Read the edit that a map file holds; empty where there is no such file, or no edit in it.
static func read(map_path: String) -> Dictionary:
	var text: String = FileAccess.get_file_as_string(map_path) if FileAccess.file_exists(map_path) else ""
	if not text.contains("\"edit\""):  # a large map takes long to parse
		return {}
	var json: JSON = JSON.new()
	if json.parse(text) != OK or not json.data is Dictionary:
		return {}
	var map: Dictionary = json.data
	return _object(map, "edit")


## Return the part of a map file's edit that the scene did not write; empty where that changes nothing.
static func _foreign_part_of(held: Dictionary) -> Dictionary:
	var others: Dictionary = held.duplicate()
	var from_scene: Array = _list(others, _FROM_SCENE)
	var terrains: Dictionary = _object(held, _TERRAINS).duplicate()
	for name: Variant in from_scene:
		var _was_there: bool = terrains.erase(name)
	var _was_marked: bool = others.erase(_FROM_SCENE)
	others[_TERRAINS] = terrains
	return {} if terrains.is_empty() and not others.has(_BASE) else others


## Note which terrains of an edit came from the scene.
static func _mark_scene_terrains(edit: Dictionary, own: Dictionary) -> Dictionary:
	var names: Array = _object(own, _TERRAINS).keys()
	names.sort()
	return edit if names.is_empty() else edit.merged({_FROM_SCENE: names})


static func _list(object: Dictionary, key: String) -> Array:
	var value: Variant = object.get(key)
	return value if value is Array else []


static func _object(object: Dictionary, key: String) -> Dictionary:
	var value: Variant = object.get(key)
	return value if value is Dictionary else {}
