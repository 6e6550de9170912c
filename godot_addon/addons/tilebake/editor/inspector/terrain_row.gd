@tool
extends HBoxContainer
## Edit one terrain's prompt and weight.

signal changed(prompt: String, weight: float)

const TilebakeSignals = preload("../../nodes/signals.gd")
const TilebakeUi = preload("../dock/ui.gd")

var _prompt: LineEdit = LineEdit.new()
var _weight: EditorSpinSlider = EditorSpinSlider.new()


func _init(terrain: String, described: TilebakeTerrain) -> void:
	var name_label: Label = Label.new()
	name_label.text = terrain
	name_label.custom_minimum_size.x = TilebakeUi.scale(70)
	name_label.text_overrun_behavior = TextServer.OVERRUN_TRIM_ELLIPSIS
	name_label.tooltip_text = terrain
	_prompt.text = described.prompt if described != null else ""
	_prompt.placeholder_text = "as in tilebake.toml"
	_prompt.tooltip_text = "What %s looks like" % terrain
	_prompt.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	_weight.min_value = 0.05
	_weight.max_value = 5.0
	_weight.step = 0.05
	_weight.value = described.weight if described != null else 1.0
	_weight.custom_minimum_size.x = TilebakeUi.scale(60)
	_weight.tooltip_text = "How strongly it counts against its neighbours along their border"
	for part: Control in [name_label, _prompt, _weight]:
		add_child(part)
	TilebakeSignals.on(_prompt.text_submitted, func(_text: String) -> void: _emit_changed())
	TilebakeSignals.on(_prompt.focus_exited, _emit_changed)
	TilebakeSignals.on(_weight.value_changed, func(_value: float) -> void: _emit_changed())


func _emit_changed() -> void:
	changed.emit(_prompt.text, _weight.value)
