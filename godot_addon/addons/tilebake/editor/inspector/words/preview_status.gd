@tool
extends VBoxContainer
## PreviewStatus: how far a look is, what it shows, or what went wrong, for looks of one kind.

const PreviewSession = preload("../../previews/preview_session.gd")
const Signals = preload("../../../core/signals.gd")
const Ui = preload("../../dock/ui.gd")

const SHOWN: Dictionary[TilebakePreview.Kind, String] = {
	TilebakePreview.Kind.HEAT: "Glows where it works",
	TilebakePreview.Kind.TRIAL: "The trial lies over the level",
}

var _session: PreviewSession
var _kind: TilebakePreview.Kind
var _words: Label = Ui.wrapped_label()
var _hint: Label = Ui.wrapped_label()
var _bar: ProgressBar = ProgressBar.new()
var _progress: HBoxContainer = HBoxContainer.new()
var _eye: Button
var _head: HBoxContainer = HBoxContainer.new()


func _init(session: PreviewSession, kind: TilebakePreview.Kind) -> void:
	_session = session
	_kind = kind
	_bar.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	_bar.size_flags_vertical = Control.SIZE_SHRINK_CENTER
	_progress.add_child(_bar)
	_progress.add_child(Ui.icon_button(&"Stop", "Give it up", session.clear))
	_eye = Ui.icon_button(&"GuiVisibilityVisible", "Show or hide it, to compare", _on_eye_pressed)
	_head.add_child(_words)
	for button: Button in [_eye, Ui.icon_button(&"Close", "Take it away", session.clear)]:
		button.size_flags_vertical = Control.SIZE_SHRINK_BEGIN
		_head.add_child(button)
	for part: Control in [_head, _hint, _progress]:
		add_child(part)
	Signals.on(session.changed, show_look)
	show_look()


func show_look() -> void:
	visible = _session.kind == _kind and (_session.look != null or _session.is_shown() or _session.mistake != null)
	_progress.visible = _session.look != null
	for index: int in [1, 2]:
		(_head.get_child(index) as Control).visible = _session.is_shown()
	_hint.visible = _session.mistake != null and not _session.mistake.hint.is_empty()
	_words.remove_theme_color_override(&"font_color")
	if _session.mistake != null:
		_words.add_theme_color_override(&"font_color", Ui.colour(&"error_color"))
		_words.text = _session.mistake.what
		_hint.text = _session.mistake.hint
	elif _session.look != null:
		_show_progress(_session.look)
	elif visible:
		_words.text = SHOWN[_kind]
		_show_seen(_session.overlay.is_seen())


func _show_progress(look: TilebakePreview) -> void:
	_bar.indeterminate = look.step >= look.steps  # what comes before and after the steps has none
	_bar.max_value = maxi(look.steps, 1)
	_bar.value = look.step
	if look.state == TilebakePreview.State.WAITING:
		_words.text = "Saved levels are painted first" if _session.is_held_up() else "Waiting for the backend"
	elif _kind == TilebakePreview.Kind.HEAT:
		_words.text = "Looking where “%s” works" % _session.word
	else:
		_words.text = "Painting the trial"


func _on_eye_pressed() -> void:
	_show_seen(not _session.overlay.is_seen())


func _show_seen(is_seen: bool) -> void:
	_eye.icon = Ui.icon(&"GuiVisibilityVisible" if is_seen else &"GuiVisibilityHidden")
	_session.overlay.set_seen(is_seen)
