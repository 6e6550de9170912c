@tool
class_name TilebakeNameWords
extends RefCounted
## Take names apart: those of layers, files and terrains.

const _PART: String = "(*UCP)\\p{Lu}+(?=\\p{Lu}\\p{Ll})|\\p{Lu}?\\p{Ll}+|\\p{Lu}+|[^\\W\\d_]+"
## Names that nobody has chosen: Godot's own for a new terrain, and those that tools leave there.
const _DEFAULT: String = "(?i)^(terrain|terrain set|new terrain)?[\\s_\\-\\d]*$|^<.*>$"
const _PICTURES: PackedStringArray = ["bmp", "ase", "aseprite", "jpeg", "jpg", "png", "psd", "svg", "tga", "webp"]


## Return the words of a name in lower case: "Sand_Level0" and "SandLevel" have both "sand" and "level".
static func split(name: String) -> PackedStringArray:
	var bare: String = name.get_basename() if _is_picture(name) else name
	var words: PackedStringArray = []
	for found: RegExMatch in RegEx.create_from_string(_PART).search_all(bare):
		words += PackedStringArray([found.get_string().to_lower()])
	return words


## Whether nobody has chosen a name: "Terrain 0", "<any>", or the file of a picture.
static func is_default(name: String) -> bool:
	return _is_picture(name) or RegEx.create_from_string(_DEFAULT).search(name.strip_edges()) != null


## Return the prompt that a terrain has by its name alone.
static func to_prompt(name: String) -> String:
	return name.capitalize().to_lower()


static func _is_picture(name: String) -> bool:
	return name.get_extension().to_lower() in _PICTURES
