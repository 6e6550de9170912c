@tool
class_name TilebakeProjectFile
extends RefCounted
## Read tilebake.toml as far as the addon needs it.
##
## The backend reads all of it and reports what is wrong with it; here, what is not understood is skipped.

const NAME: String = "tilebake.toml"
const _LONG_TEXT: String = "(?s)\"\"\".*?\"\"\"|'''.*?'''"
const _SECTION: String = "(?m)^\\s*\\["

## The folder that it lies in, as a path of this machine; without such a file, the folder where the search began.
var root: String
## The folder for all pictures, relative to that; empty where each picture lies beside its map.
var output: String = ""
## The first of the folders for maps, relative to that; empty where none is named.
var maps: String = ""
## The model that its maps are painted with; empty where it names none.
var model: String = ""
## Whether pictures stay transparent where there is no tile.
var transparent: bool = true
## The terrains that it describes, and their prompts as far as they are understood here.
var terrains: Dictionary[String, String] = {}


## Find and read the nearest one in a folder of the game or above it, as the backend does.
static func find(folder: String) -> TilebakeProjectFile:
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
	text = _join_long_texts(text)
	var first: RegExMatch = RegEx.create_from_string(_SECTION).search(text)
	var top: String = text if first == null else text.left(first.get_start())
	model = _quoted_after(top, "model\\s*=\\s*")
	output = _quoted_after(top, "output\\s*=\\s*")
	maps = _quoted_after(top, "maps\\s*=\\s*\\[\\s*")
	_read_terrains(text)


## Join each text of several lines into one line, so that nothing in it is taken for a key.
static func _join_long_texts(text: String) -> String:
	for found: RegExMatch in RegEx.create_from_string(_LONG_TEXT).search_all(text):
		var long: String = found.get_string()
		var joined: String = " ".join(long.substr(3, long.length() - 6).split("\n", false)).strip_edges()
		var bare: String = joined.replace("\\\"", "\"")
		text = text.replace(long, "\"%s\"" % bare.replace("\"", "\\\""))
	return text


## Return the text in quotes that follows a pattern.
static func _quoted_after(text: String, start: String) -> String:
	var pattern: String = "(?m)^\\s*%s(?:\"(?<basic>(?:[^\"\\\\\n]|\\\\.)*)\"|'(?<literal>[^'\n]*)')" % start
	var found: RegExMatch = RegEx.create_from_string(pattern).search(text)
	if found == null:
		return ""
	var basic: String = found.get_string("basic")
	return found.get_string("literal") if basic.is_empty() else basic.c_unescape()


## Read the keys of [terrains], each a prompt or a table that has one, and the [terrains.NAME] tables.
func _read_terrains(text: String) -> void:
	var section: String = ""
	var key: RegEx = RegEx.create_from_string("^\\s*[\"']?([^\"'=#]+?)[\"']?\\s*=")
	for line: String in text.split("\n"):
		if line.strip_edges().begins_with("["):
			section = line.strip_edges().trim_prefix("[").get_slice("]", 0)
			if section.begins_with("terrains."):
				terrains[_table_name(section)] = ""
		var found: RegExMatch = key.search(line)
		if found == null:
			continue
		if section == "settings" and found.get_string(1) == "transparent":
			transparent = not line.get_slice("=", 1).strip_edges().begins_with("false")
		if section == "terrains":
			terrains[found.get_string(1)] = _quoted_after(line, "[^=]*=\\s*(?:\\{.*?\\bprompt\\s*=\\s*)?")
		elif section.begins_with("terrains.") and found.get_string(1) == "prompt":
			terrains[_table_name(section)] = _quoted_after(line, "[^=]*=\\s*")


static func _table_name(section: String) -> String:
	return section.trim_prefix("terrains.").trim_prefix("\"").trim_suffix("\"")
