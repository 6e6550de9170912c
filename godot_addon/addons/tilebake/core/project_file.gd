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
## The terrains that it describes, and their prompts as far as they are understood.
var terrains: Dictionary[String, String] = {}


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
	text = _on_single_lines(text)
	var first: RegExMatch = RegEx.create_from_string(_SECTION).search(text)
	var top: String = text if first == null else text.left(first.get_start())
	output = _said(top, "output\\s*=\\s*")
	maps = _said(top, "maps\\s*=\\s*\\[\\s*")
	_read_terrains(text)


## The same with every text of several lines on one, so that what stands in it is taken for no key.
static func _on_single_lines(text: String) -> String:
	for found: RegExMatch in RegEx.create_from_string(_LONG_TEXT).search_all(text):
		var long: String = found.get_string()
		var said: String = " ".join(long.substr(3, long.length() - 6).split("\n", false)).strip_edges()
		var bare: String = said.replace("\\\"", "\"")
		text = text.replace(long, "\"%s\"" % bare.replace("\"", "\\\""))
	return text


## The text in quotes that follows.
static func _said(text: String, start: String) -> String:
	var pattern: String = "(?m)^\\s*%s(?:\"(?<basic>(?:[^\"\\\\\n]|\\\\.)*)\"|'(?<literal>[^'\n]*)')" % start
	var found: RegExMatch = RegEx.create_from_string(pattern).search(text)
	if found == null:
		return ""
	var basic: String = found.get_string("basic")
	return found.get_string("literal") if basic.is_empty() else basic.c_unescape()


## The keys of its [terrains], each a prompt or a table that has one, and its [terrains.NAME] tables.
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
		if section == "terrains":
			terrains[found.get_string(1)] = _said(line, "[^=]*=\\s*(?:\\{.*?\\bprompt\\s*=\\s*)?")
		elif section.begins_with("terrains.") and found.get_string(1) == "prompt":
			terrains[_table_name(section)] = _said(line, "[^=]*=\\s*")


static func _table_name(section: String) -> String:
	return section.trim_prefix("terrains.").trim_prefix("\"").trim_suffix("\"")
