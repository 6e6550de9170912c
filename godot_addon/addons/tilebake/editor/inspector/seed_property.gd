@tool
extends EditorProperty
## Edit the seed, with a button that rolls another one.

const TilebakeSignals = preload("../../nodes/signals.gd")
const TilebakeUi = preload("../dock/ui.gd")

var _seed: EditorSpinSlider = EditorSpinSlider.new()


func _init(re_roll: Callable) -> void:
	_seed.max_value = 2 ** 53 - 1
	_seed.step = 1
	_seed.hide_slider = true
	_seed.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	var row: HBoxContainer = HBoxContainer.new()
	row.add_child(_seed)
	row.add_child(TilebakeUi.icon_button(&"RandomNumberGenerator", "Another seed: paint the same map another way", re_roll))
	add_child(row)
	add_focusable(_seed)
	TilebakeSignals.on(_seed.value_changed, _on_changed)


func _update_property() -> void:
	_seed.set_value_no_signal(float(str(get_edited_object().get(get_edited_property()))))


func _on_changed(value: float) -> void:
	emit_changed(get_edited_property(), int(value))
