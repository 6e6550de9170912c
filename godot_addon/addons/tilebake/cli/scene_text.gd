class_name TilebakeSceneText
extends RefCounted
## Change values of one node in the text of a scene file, and leave every other byte of it as it is.
##
## A scene that is loaded and saved whole, without the editor, loses what this machine cannot load: scripts of another
## language, extensions, files that are missing.

const _STRING: String = "\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\""
const _KEY: String = "^(\\w+) = "

var _lines: PackedStringArray
## Whether each line begins a section or a value, and not within a text, a list or a dictionary.
var _begins: Array[bool] = []
var _path: NodePath


## Return the text of a scene in which a node has these values. [param path] leads to it from the scene's root.
static func with_values(text: String, path: NodePath, values: Dictionary[StringName, Variant]) -> String:
	var scene: TilebakeSceneText = TilebakeSceneText.new(text, path)
	for name: StringName in values:
		scene._set_value(String(name), var_to_str(values[name]))
	return "\n".join(scene._lines)


func _init(text: String, path: NodePath) -> void:
	_path = path
	_lines = text.split("\n")
	_find_beginnings()


func _set_value(name: String, value: String) -> void:
	var section: Vector2i = _section_of_node()
	if section == Vector2i.ZERO:
		section = _add_section()
	for index: int in range(section.x + 1, section.y):
		var key: RegExMatch = RegEx.create_from_string(_KEY).search(_lines[index]) if _begins[index] else null
		if key != null and key.get_string(1) == name:
			_replace(index, _end_of(index, section.y), "%s = %s" % [name, value])
			return
	var last: int = section.y
	while _lines[last - 1].strip_edges().is_empty():
		last -= 1
	_replace(last, last, "%s = %s" % [name, value])


## Return the first line of the node's section and the one after its last; zero where it has none.
func _section_of_node() -> Vector2i:
	for index: int in _lines.size():
		if _begins[index] and _lines[index].begins_with("[node ") and _is_head_of_node(_lines[index]):
			return Vector2i(index, _next_section(index + 1))
	return Vector2i.ZERO


## Add a section for a node that this scene has from another one. Nodes end where connections begin.
func _add_section() -> Vector2i:
	var place: int = _lines.size()
	for index: int in _lines.size():
		if _begins[index] and (_lines[index].begins_with("[connection ") or _lines[index].begins_with("[editable ")):
			place = index
			break
	var parent: String = String(_path).get_base_dir()
	var head: String = "[node name=\"%s\" parent=\"%s\"]" % [
		String(_path).get_file().c_escape(), ("." if parent.is_empty() else parent).c_escape()]
	_replace(place, place, head + "\n")
	return Vector2i(place, place + 1)


func _is_head_of_node(head: String) -> bool:
	var parent: String = _attribute(head, "parent")
	if String(_path) == ".":
		return parent.is_empty()
	var place: String = _attribute(head, "name") if parent == "." else parent + "/" + _attribute(head, "name")
	return not parent.is_empty() and place == String(_path)


static func _attribute(head: String, name: String) -> String:
	var found: RegExMatch = RegEx.create_from_string(" %s=(%s)" % [name, _STRING]).search(head)
	return "" if found == null else found.get_string(1).trim_prefix("\"").trim_suffix("\"").c_unescape()


func _next_section(from: int) -> int:
	for index: int in range(from, _lines.size()):
		if _begins[index] and _lines[index].begins_with("["):
			return index
	return _lines.size()


## Return the line after a value that begins at a line.
func _end_of(index: int, end: int) -> int:
	for next: int in range(index + 1, end):
		if _begins[next]:
			return next
	return end


func _replace(from: int, to: int, text: String) -> void:
	var made: PackedStringArray = text.split("\n")
	_lines = _lines.slice(0, from) + made + _lines.slice(to)
	_find_beginnings()


func _find_beginnings() -> void:
	_begins.clear()
	var strings: RegEx = RegEx.create_from_string(_STRING)
	var is_inside: bool = false
	var depth: int = 0
	for line: String in _lines:
		_begins.append(not is_inside and depth == 0)
		# An open text is closed, or a text left open, so that what is in quotes is gone.
		var bare: String = strings.sub("\"" + line if is_inside else line, "", true)
		is_inside = bare.contains("\"")
		bare = bare.get_slice("\"", 0)
		for open: String in ["(", "[", "{"]:
			depth += bare.count(open)
		for close: String in [")", "]", "}"]:
			depth -= bare.count(close)
