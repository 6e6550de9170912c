@tool
extends VBoxContainer
## Show the progress of a preview, what it shows, or why it failed, for previews of one kind.

const TilebakePreviewSession = preload("../../previews/preview_session.gd")
const TilebakeSignals = preload("../../../nodes/signals.gd")
const TilebakeUi = preload("../../dock/ui.gd")

const SHOWN: Dictionary[TilebakePreviewView.Kind, String] = {
	TilebakePreviewView.Kind.HEAT: "Glows where it works",
	TilebakePreviewView.Kind.TRIAL: "The trial lies over the level",
}

var _session: TilebakePreviewSession
var _kind: TilebakePreviewView.Kind
var _text: Label = TilebakeUi.make_wrapped_label()
var _hint: Label = TilebakeUi.make_wrapped_label()
var _bar: ProgressBar = ProgressBar.new()
var _progress: HBoxContainer = HBoxContainer.new()
var _eye: Button
var _head: HBoxContainer = HBoxContainer.new()


func _init(session: TilebakePreviewSession, kind: TilebakePreviewView.Kind) -> void:
	_session = session
	_kind = kind
	_bar.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	_bar.size_flags_vertical = Control.SIZE_SHRINK_CENTER
	_progress.add_child(_bar)
	_progress.add_child(TilebakeUi.icon_button(&"Stop", "Cancel the preview", session.clear))
	_eye = TilebakeUi.icon_button(&"GuiVisibilityVisible", "Show or hide the preview, to compare", _on_eye_pressed)
	_head.add_child(_text)
	for button: Button in [_eye, TilebakeUi.icon_button(&"Close", "Close the preview", session.clear)]:
		button.size_flags_vertical = Control.SIZE_SHRINK_BEGIN
		_head.add_child(button)
	for part: Control in [_head, _hint, _progress]:
		add_child(part)
	TilebakeSignals.on(session.changed, show_preview)
	show_preview()


func show_preview() -> void:
	visible = _session.kind == _kind and (_session.preview != null or _session.is_shown() or _session.diagnostic != null)
	_progress.visible = _session.preview != null
	for index: int in [1, 2]:
		(_head.get_child(index) as Control).visible = _session.is_shown()
	_hint.visible = _session.diagnostic != null and not _session.diagnostic.hint.is_empty()
	_text.remove_theme_color_override(&"font_color")
	if _session.diagnostic != null:
		_text.add_theme_color_override(&"font_color", TilebakeUi.colour(&"error_color"))
		_text.text = _session.diagnostic.what
		_hint.text = _session.diagnostic.hint
	elif _session.preview != null:
		_show_progress(_session.preview)
	elif visible:
		_text.text = SHOWN[_kind]
		_show_visible(_session.overlay.is_visible())


func _show_progress(preview: TilebakePreviewView) -> void:
	_bar.indeterminate = preview.step >= preview.steps  # loading and decoding have no steps
	_bar.max_value = maxi(preview.steps, 1)
	_bar.value = preview.step
	if preview.state == TilebakePreviewView.State.WAITING:
		_text.text = "Saved levels are painted first" if _session.is_held_up() else "Waiting for the backend"
	elif _kind == TilebakePreviewView.Kind.HEAT:
		_text.text = "Finding where “%s” works" % _session.word
	else:
		_text.text = "Painting the trial"


func _on_eye_pressed() -> void:
	_show_visible(not _session.overlay.is_visible())


func _show_visible(is_visible_now: bool) -> void:
	_eye.icon = TilebakeUi.icon(&"GuiVisibilityVisible" if is_visible_now else &"GuiVisibilityHidden")
	_session.overlay.set_visible(is_visible_now)
