@tool
class_name TilebakeWordsFile
extends RefCounted
## Read which words the model that comes with tilebake was taught, from the file that lies beside this one.

const _FILE: String = "known_words.json"

## What the file says of each terrain that the model paints: "nouns", "colour" and "roughness".
var terrains: Dictionary[String, Dictionary] = {}
## The noun that is nearest to a word or phrase which the model was not taught.
var synonyms: Dictionary[String, String] = {}
## Words that nothing is near.
var unlike_any: PackedStringArray = []


func _init() -> void:
	var own: GDScript = get_script()
	var path: String = own.resource_path.get_base_dir().path_join(_FILE)
	var words: Variant = JSON.parse_string(FileAccess.get_file_as_string(path))
	if words is Dictionary:
		var read: Dictionary = words
		_read(read)


## Return the nouns for a terrain, the usual one first.
func nouns_of(terrain: String) -> PackedStringArray:
	var nouns: Array = terrains[terrain]["nouns"]
	return PackedStringArray(nouns)


func _read(words: Dictionary) -> void:
	var described: Dictionary = words["terrains"]
	terrains.assign(described)
	var nearest: Dictionary = words["synonyms"]
	synonyms.assign(nearest)
	var others: Array = words["unlike_any"]
	unlike_any = PackedStringArray(others)
