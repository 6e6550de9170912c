@tool
class_name TilebakeProjectFile
extends RefCounted
## tilebake.toml, as far as the addon has to know it. The backend reads it whole and says what is wrong with it:
## what is not understood here is passed over.

const NAME: String = "tilebake.toml"
const _LONG_TEXT: String = "(?s)\"\"\".*?\"\"\"|'''.*?'''"
const _SECTION: String = "(?m)^\\s*\\["

## The folder that it lies in, as a path of this machine. Without such a file, the folder that was asked about.
var root: String
## The folder for all pictures, from there; empty where each picture lies beside its map.
var output: String = ""
## The first of the folders for maps, from there; empty where none is named.
var maps: String = ""
## The names of the terrains that it describes.
var terrains: PackedStringArray = PackedStringArray()


## The nearest one in a folder of the game or above it, as the backend finds it.
static func above(folder: String) -> TilebakeProjectFile:
	var file: TilebakeProjectFile = TilebakeProjectFile.new()
	file.root = ProjectSettings.globalize_path(folder).simplify_path()
	var place: String = file.root
	while not FileAccess.file_exists(place.path_join(NAME)):
		if place == place.get_base_dir():
			return file
		place = place.get_base_dir()
	file.root = place
	file._read(FileAccess.get_file_as_string(place.path_join(NAME)))
	return file


func _read(text: String) -> void:
	text = RegEx.create_from_string(_LONG_TEXT).sub(text, "\"\"", true)
	var first: RegExMatch = RegEx.create_from_string(_SECTION).search(text)
	var top: String = text if first == null else text.left(first.get_start())
	output = _said(top, "output\\s*=\\s*")
	maps = _said(top, "maps\\s*=\\s*\\[\\s*")
	_read_terrains(text)


## The text in quotes that follows.
static func _said(text: String, start: String) -> String:
	var pattern: String = "(?m)^\\s*%s(?:\"(?<basic>[^\"\\n]*)\"|'(?<literal>[^'\\n]*)')" % start
	var found: RegExMatch = RegEx.create_from_string(pattern).search(text)
	if found == null:
		return ""
	var basic: String = found.get_string("basic")
	return found.get_string("literal") if basic.is_empty() else basic.c_unescape()


## The keys of its [terrains], and its [terrains.NAME] tables.
func _read_terrains(text: String) -> void:
	var section: String = ""
	var key: RegEx = RegEx.create_from_string("^\\s*[\"']?([^\"'=#]+?)[\"']?\\s*=")
	for line: String in text.split("\n"):
		if line.strip_edges().begins_with("["):
			section = line.strip_edges().trim_prefix("[").get_slice("]", 0)
			if section.begins_with("terrains."):
				var name: String = section.trim_prefix("terrains.")
				terrains += PackedStringArray([name.trim_prefix("\"").trim_suffix("\"")])
		var found: RegExMatch = key.search(line)
		if section == "terrains" and found != null:
			terrains += PackedStringArray([found.get_string(1)])
