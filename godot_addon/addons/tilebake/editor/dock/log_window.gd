@tool
extends AcceptDialog
## Show the end of the backend's log.

const TilebakeSignals = preload("../../nodes/signals.gd")
const TilebakeUi = preload("ui.gd")
## Bytes of the log that are shown: it can be long.
const SHOWN: int = 64 * 1024

var _text: TextEdit = TextEdit.new()
var _path: String = ""


func _init() -> void:
	title = "Tilebake: the backend's log"
	exclusive = false
	_text.editable = false
	_text.wrap_mode = TextEdit.LINE_WRAPPING_BOUNDARY
	add_child(_text)
	var _button: Button = add_button("Open the File", true, "open")
	TilebakeSignals.on(custom_action, func(_name: StringName) -> void: TilebakeUi.open(_path))


## Show the end of the log at a path, with a button that opens the file.
func show_log(path: String) -> void:
	_path = path
	_text.text = _end_of(path)
	popup_centered(Vector2i(Vector2(TilebakeUi.scale(800), TilebakeUi.scale(500))))
	_text.scroll_vertical = _text.get_line_count()


func _end_of(path: String) -> String:
	var file: FileAccess = FileAccess.open(path, FileAccess.READ) if not path.is_empty() else null
	if file == null:
		return "There is no log yet, because the backend has not been started."
	if file.get_length() > SHOWN:
		file.seek(file.get_length() - SHOWN)
		var _cut_line: String = file.get_line()
	return file.get_buffer(SHOWN).get_string_from_utf8()
