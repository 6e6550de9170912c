@tool
extends ConfirmationDialog
## Choose the tilebake program and test it.

signal changed

const TilebakeBackendCommand = preload("../launch/backend_command.gd")
const TilebakeBackendLookup = preload("../launch/backend_lookup.gd")
const TilebakeSettings = preload("../settings.gd")
const TilebakeSignals = preload("../../nodes/signals.gd")
const TilebakeTrustedPrograms = preload("../launch/trusted_programs.gd")
const TilebakeUi = preload("ui.gd")

var _path: LineEdit = LineEdit.new()
var _result: Label = TilebakeUi.make_wrapped_label()
var _picker: EditorFileDialog = EditorFileDialog.new()
var _lookup: TilebakeBackendLookup
var _timer: Timer = Timer.new()


func _init() -> void:
	title = "Tilebake: the program"
	_path.placeholder_text = "Leave empty to use the one on PATH or in a virtual environment beside the project"
	_path.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	_picker.access = EditorFileDialog.ACCESS_FILESYSTEM
	_picker.file_mode = EditorFileDialog.FILE_MODE_OPEN_FILE
	TilebakeSignals.on(_picker.file_selected, func(path: String) -> void: _path.text = path)
	_timer.wait_time = 0.1
	TilebakeSignals.on(_timer.timeout, _check_lookup)
	TilebakeSignals.on(confirmed, _keep)
	TilebakeSignals.on(canceled, _timer.stop)
	add_child(_content())
	add_child(_picker)
	add_child(_timer)


func show_settings() -> void:
	_path.text = TilebakeSettings.command()
	_result.text = ""
	popup_centered(Vector2i(Vector2(TilebakeUi.scale(600), TilebakeUi.scale(160))))
	_path.grab_focus()


func _content() -> VBoxContainer:
	var row: HBoxContainer = HBoxContainer.new()
	row.add_child(_path)
	row.add_child(TilebakeUi.icon_button(&"Folder", "Choose the file", _picker.popup_file_dialog))
	row.add_child(TilebakeUi.button("Test", "Run the program once and see whether it works", _test))
	var content: VBoxContainer = VBoxContainer.new()
	content.add_child(row)
	content.add_child(_result)
	return content


func _keep() -> void:
	EditorInterface.get_editor_settings().set_setting(TilebakeSettings.COMMAND, _path.text)
	changed.emit()


## Run the program that is named, or that would be found, without waiting for it.
func _test() -> void:
	var root: String = ProjectSettings.globalize_path("res://")
	var command: TilebakeBackendCommand = TilebakeBackendCommand.find(_path.text, root)
	if command == null:
		_show_result("No tilebake program was found. Install it with: pip install tilebake", &"error_color")
		return
	if command.is_of_project and not TilebakeTrustedPrograms.allows(root, command.program):
		_show_result("%s lies in the project. Choose it here, or press Allow in the dock." % command.program, &"warning_color")
		return
	_show_result("Asking %s ..." % command.program, &"font_color")
	_lookup = TilebakeBackendLookup.new()
	_lookup.start(command, root)
	_timer.start()


func _check_lookup() -> void:
	if not _lookup.is_over():
		return
	_timer.stop()
	if _lookup.location != null:
		_show_result("tilebake %s works." % _lookup.location.version, &"success_color")
	else:
		_show_result("%s %s" % [_lookup.problem.text, _lookup.problem.hint], &"error_color")


func _show_result(text: String, colour: StringName) -> void:
	_result.text = text
	_result.add_theme_color_override(&"font_color", TilebakeUi.colour(colour))
