@tool
extends ConfirmationDialog
## SettingsWindow: chooses the tilebake program, and tests it.

signal changed

const BackendCommand = preload("../launch/backend_command.gd")
const BackendLookup = preload("../launch/backend_lookup.gd")
const Settings = preload("../settings.gd")
const Signals = preload("../../core/signals.gd")
const Ui = preload("ui.gd")

var _path: LineEdit = LineEdit.new()
var _verdict: Label = Ui.wrapped_label()
var _picker: EditorFileDialog = EditorFileDialog.new()
var _lookup: BackendLookup
var _timer: Timer = Timer.new()


func _init() -> void:
	title = "Tilebake: the program"
	_path.placeholder_text = "Empty: found on PATH or in a virtual environment beside the project"
	_path.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	_picker.access = EditorFileDialog.ACCESS_FILESYSTEM
	_picker.file_mode = EditorFileDialog.FILE_MODE_OPEN_FILE
	Signals.on(_picker.file_selected, func(path: String) -> void: _path.text = path)
	_timer.wait_time = 0.1
	Signals.on(_timer.timeout, _look)
	Signals.on(confirmed, _keep)
	Signals.on(canceled, _timer.stop)
	add_child(_content())
	add_child(_picker)
	add_child(_timer)


func show_settings() -> void:
	_path.text = Settings.command()
	_verdict.text = ""
	popup_centered(Vector2i(Vector2(Ui.scaled(600), Ui.scaled(160))))
	_path.grab_focus()


func _content() -> VBoxContainer:
	var row: HBoxContainer = HBoxContainer.new()
	row.add_child(_path)
	row.add_child(Ui.icon_button(&"Folder", "Choose the file", _picker.popup_file_dialog))
	row.add_child(Ui.button("Test", "Run it once and see what it says", _test))
	var content: VBoxContainer = VBoxContainer.new()
	content.add_child(row)
	content.add_child(_verdict)
	return content


func _keep() -> void:
	EditorInterface.get_editor_settings().set_setting(Settings.COMMAND, _path.text)
	changed.emit()


## Asks the program that is named, or would be found, without waiting for it.
func _test() -> void:
	var root: String = ProjectSettings.globalize_path("res://")
	var command: BackendCommand = BackendCommand.find(_path.text, root)
	if command == null:
		_say("No tilebake was found there. Install it with: pip install tilebake", &"error_color")
		return
	_say("Asking %s ..." % command.program, &"font_color")
	_lookup = BackendLookup.new()
	_lookup.start(command, root)
	_timer.start()


func _look() -> void:
	if not _lookup.is_over():
		return
	_timer.stop()
	if _lookup.location != null:
		_say("tilebake %s works." % _lookup.location.version, &"success_color")
	else:
		_say("%s %s" % [_lookup.problem.words, _lookup.problem.hint], &"error_color")


func _say(words: String, colour: StringName) -> void:
	_verdict.text = words
	_verdict.add_theme_color_override(&"font_color", Ui.colour(colour))
