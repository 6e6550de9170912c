@tool
class_name TilebakeMapWriter
extends RefCounted
## Write map files: keys sorted, a cell a line, the same bytes for the same map.
##
## A file is written only when it changes, so that a save that changed no tile imports and paints nothing.

## What [method write] returns when the file already holds the map.
const SAME: Error = ERR_SKIP
const _INDENT: String = "  "
const _DRAFT_BYTES: int = 8  # of chance in a draft's name


## Write a map file; [TilebakeMapPlace] says where one may be. Returns OK if it changed, SAME if it holds the map already, or what went wrong.
static func write(path: String, map: Dictionary) -> Error:
	var bytes: PackedByteArray = text(map).to_utf8_buffer()
	if _holds(path, bytes):
		return SAME
	var folder: Error = DirAccess.make_dir_recursive_absolute(path.get_base_dir())
	return folder if folder != OK else put(path, bytes)


## Put a file in its place, whole or not at all.
static func put(path: String, bytes: PackedByteArray) -> Error:
	# Written beside it and renamed when whole: a reader never sees half a map. Nobody can guess the draft's name, and so
	# put a link there first. Godot offers no fsync: after a power cut the map may be empty, and the next save writes it.
	var draft: String = "%s.%s.tmp" % [path, Crypto.new().generate_random_bytes(_DRAFT_BYTES).hex_encode()]
	var written: Error = _write_draft(draft, bytes)
	if written == OK:
		written = DirAccess.rename_absolute(draft, path)
	if written != OK and FileAccess.file_exists(draft):
		var _removed: Error = DirAccess.remove_absolute(draft)
	return written


## Whether a map file already holds a map.
static func holds(path: String, map: Dictionary) -> bool:
	return _holds(path, text(map).to_utf8_buffer())


## Return the text of a map file.
static func text(map: Dictionary) -> String:
	return _format_object(map, "") + "\n"


## Return the digest of a map's text, by which a change is noticed.
static func digest(the_text: String) -> String:
	return the_text.sha256_text()


static func _holds(path: String, bytes: PackedByteArray) -> bool:
	return FileAccess.file_exists(path) and FileAccess.get_file_as_bytes(path) == bytes


static func _write_draft(path: String, bytes: PackedByteArray) -> Error:
	var file: FileAccess = FileAccess.open(path, FileAccess.WRITE)
	if file == null:
		return FileAccess.get_open_error()
	var stored: bool = file.store_buffer(bytes)
	file.close()
	return OK if stored else ERR_FILE_CANT_WRITE


static func _format_value(value: Variant, indent: String) -> String:
	if value is Dictionary:
		var object: Dictionary = value
		return "{}" if object.is_empty() else _format_object(object, indent)
	if value is Array:
		var list: Array = value
		return _format_list(list, indent)
	return _format_scalar(value)


static func _format_object(object: Dictionary, indent: String) -> String:
	var inner: String = indent + _INDENT
	var lines: Array[String] = []
	for key: String in _sort_keys(object):
		lines.append("%s%s: %s" % [inner, _format_scalar(key), _format_value(object[key], inner)])
	return "{\n%s\n%s}" % [",\n".join(lines), indent]


## Sort the keys, with the version first, which says what the file is, and the long list of tiles last.
static func _sort_keys(object: Dictionary) -> Array[String]:
	var keys: Array[String] = []
	keys.assign(object.keys())
	keys.sort()
	for late: String in ["layers", "cells"]:
		if keys.has(late):
			keys.erase(late)
			keys.append(late)
	if keys.has("tilebake"):
		keys.erase("tilebake")
		keys.push_front("tilebake")
	return keys


## Write a list of lists or objects with a line an item; a list of plain values in one line.
static func _format_list(list: Array, indent: String) -> String:
	if list.is_empty() or not (list[0] is Array or list[0] is Dictionary):
		return "[%s]" % ", ".join(list.map(_format_scalar))
	var inner: String = indent + _INDENT
	if list[0] is Array:
		return "[\n%s%s\n%s]" % [inner, _format_rows(list, inner), indent]
	var lines: Array[String] = []
	for item: Variant in list:
		lines.append(inner + _format_value(item, inner))
	return "[\n%s\n%s]" % [",\n".join(lines), indent]


## Write the lists in a list. Lists of cells are long, so the engine writes them at once and the text is split after
## each cell, unless a name contains the separator.
static func _format_rows(list: Array, indent: String) -> String:
	var whole: String = JSON.stringify(list)
	if whole.count("],[") == list.size() - 1:
		return whole.substr(1, whole.length() - 2).replace("],[", "],\n%s[" % indent)
	return (",\n" + indent).join(list.map(JSON.stringify))


## Write a plain value. The engine alone would write a float 4 as 4.0, and leave control characters that JSON forbids.
static func _format_scalar(value: Variant) -> String:
	if value is float:
		var number: float = value
		return str(int(number)) if number == floorf(number) and absf(number) < 1e15 else JSON.stringify(number)
	if value is String or value is StringName:
		return JSON.stringify(_replace_control_characters(str(value)))
	return JSON.stringify(value)


static func _replace_control_characters(text_of_it: String) -> String:
	for code: int in range(1, 32):
		if code not in [9, 10, 13]:
			text_of_it = text_of_it.replace(char(code), " ")
	return text_of_it
