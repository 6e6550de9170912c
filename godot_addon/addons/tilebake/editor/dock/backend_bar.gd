@tool
extends VBoxContainer
## Show the state of the backend, and what to do where something is wrong.

signal allow_asked
signal restart_asked
signal settings_asked
signal log_asked

const TilebakeUi = preload("ui.gd")
const KINDS: Dictionary[TilebakeBackendState.Kind, StringName] = {
	TilebakeBackendState.Kind.READY: &"StatusSuccess",
	TilebakeBackendState.Kind.BUSY: &"Progress1",
	TilebakeBackendState.Kind.STARTING: &"Time",
	TilebakeBackendState.Kind.OFF: &"StatusWarning",
	TilebakeBackendState.Kind.NOT_ALLOWED: &"StatusWarning",
}

var _icon: TextureRect = TextureRect.new()
var _text: Label = TilebakeUi.make_wrapped_label()
var _hint: LineEdit = LineEdit.new()
var _hint_row: HBoxContainer = HBoxContainer.new()
var _allow: Button = TilebakeUi.button("Allow", "Run this program in this project, now and from now on", allow_asked.emit)
var _log_tail: Label = TilebakeUi.make_wrapped_label()
var _state: TilebakeBackendState


func _init() -> void:
	_text.mouse_filter = Control.MOUSE_FILTER_STOP  # for its tooltip: a label ignores the mouse by itself
	_icon.stretch_mode = TextureRect.STRETCH_KEEP_CENTERED
	_icon.size_flags_vertical = Control.SIZE_SHRINK_BEGIN
	_icon.custom_minimum_size.y = TilebakeUi.scale(24)  # the height of a line of text
	_hint.editable = false
	_hint.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	_log_tail.add_theme_font_size_override(&"font_size", roundi(TilebakeUi.scale(11)))
	_hint_row.add_child(_hint)
	_hint_row.add_child(TilebakeUi.icon_button(&"ActionCopy", "Copy", _copy))
	var head: HBoxContainer = HBoxContainer.new()
	head.add_child(_icon)
	head.add_child(_text)
	for part: Control in [head, _allow, _hint_row, _log_tail]:
		add_child(part)


func _notification(what: int) -> void:
	if what == NOTIFICATION_THEME_CHANGED and _state != null:
		show_state(_state)


func show_state(state: TilebakeBackendState) -> void:
	_state = state
	var icon_name: StringName = KINDS.get(state.kind, &"StatusError")
	_icon.texture = TilebakeUi.icon(icon_name)
	_text.text = state.text
	_text.tooltip_text = state.hint
	_hint.text = state.hint
	_allow.visible = state.kind == TilebakeBackendState.Kind.NOT_ALLOWED
	_hint_row.visible = state.is_problem() and not state.hint.is_empty() and not _allow.visible
	_log_tail.text = state.log_tail
	_log_tail.visible = not state.log_tail.is_empty()
	_log_tail.add_theme_color_override(&"font_color", TilebakeUi.colour(&"warning_color"))


## Make the buttons that belong to the backend, for whoever has room for them.
func tools() -> Array[Button]:
	return [
		TilebakeUi.icon_button(&"Reload", "Restart the backend", restart_asked.emit),
		TilebakeUi.icon_button(&"Tools", "Choose the tilebake program and test it", settings_asked.emit),
		TilebakeUi.icon_button(&"Script", "Show the backend's log", log_asked.emit),
	]


func _copy() -> void:
	DisplayServer.clipboard_set(_hint.text)
