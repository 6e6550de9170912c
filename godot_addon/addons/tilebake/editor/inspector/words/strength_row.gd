@tool
extends HBoxContainer
## Edit how strongly one word counts.

signal moved(weight: float)

const TilebakeSignals = preload("../../../nodes/signals.gd")
const TilebakeUi = preload("../../dock/ui.gd")

const STRONGEST: float = 5.0
const UNCHANGED: float = 1.0

var _slider: HSlider = HSlider.new()
var _number: Label = Label.new()
var _back: Button


func _init(word: String, weight: float) -> void:
	var name_label: Label = TilebakeUi.make_name_label(word, word)
	_slider.min_value = -STRONGEST
	_slider.max_value = STRONGEST
	_slider.step = 0.1
	_slider.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	_slider.size_flags_stretch_ratio = 1.4  # words take the rest
	_slider.size_flags_vertical = Control.SIZE_SHRINK_CENTER
	_slider.tooltip_text = "How strongly “%s” counts: 1 unchanged, 0 not at all, below 0 the opposite" % word
	_slider.set_value_no_signal(weight)
	_number.custom_minimum_size.x = TilebakeUi.scale(32)
	_number.horizontal_alignment = HORIZONTAL_ALIGNMENT_RIGHT
	_back = TilebakeUi.icon_button(&"Reload", "Reset to 1", func() -> void: _slider.value = UNCHANGED)
	for part: Control in [name_label, _slider, _number, _back]:
		add_child(part)
	TilebakeSignals.on(_slider.value_changed, _on_moved)
	_show_number()


func _on_moved(weight: float) -> void:
	_show_number()
	moved.emit(weight)


func _show_number() -> void:
	_number.text = "%.1f" % _slider.value
	var is_changed: bool = not is_equal_approx(_slider.value, UNCHANGED)
	_back.disabled = not is_changed
	_back.modulate.a = 1.0 if is_changed else 0.0  # it keeps its place, so that nothing moves
