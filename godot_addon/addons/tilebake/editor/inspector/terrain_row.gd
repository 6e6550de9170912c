@tool
extends HBoxContainer
## Edit one terrain's prompt and weight.

signal changed(prompt: String, weight: float)

const TilebakeSignals = preload("../../nodes/signals.gd")
const TilebakeUi = preload("../dock/ui.gd")

var _prompt: LineEdit = LineEdit.new()
var _warning: TextureRect = TextureRect.new()
var _weight: EditorSpinSlider = EditorSpinSlider.new()
var _advice: TilebakePromptAdvice
var _shown_prompt: String = ""  # as the node had them last: what differs in the fields is being typed
var _shown_weight: float = 1.0


## [param otherwise] is what it is painted by where nothing is written here; [param advice] tells of prompts that the model
## was not taught to paint; null tells of none.
func _init(terrain: String, described: TilebakeTerrain, otherwise: String, advice: TilebakePromptAdvice) -> void:
	_advice = advice
	var name_label: Label = TilebakeUi.make_name_label(terrain, terrain)
	name_label.custom_minimum_size.x = TilebakeUi.scale(70)
	name_label.size_flags_stretch_ratio = 0.7  # prompts take the rest
	_prompt.placeholder_text = otherwise
	_prompt.tooltip_text = "What %s looks like" % terrain
	_prompt.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	_weight.min_value = 0.05
	_weight.max_value = 5.0
	_weight.step = 0.05
	_weight.value = _shown_weight
	_weight.custom_minimum_size.x = TilebakeUi.scale(60)
	_weight.tooltip_text = "How strongly it counts against its neighbours along their border"
	_warning.stretch_mode = TextureRect.STRETCH_KEEP_CENTERED
	for part: Control in [name_label, _prompt, _warning, _weight]:
		add_child(part)
	_show_advice(_prompt.text)
	show_terrain(described)
	TilebakeSignals.on(_prompt.text_changed, _show_advice)
	TilebakeSignals.on(_prompt.text_submitted, func(_text: String) -> void: _emit_changed())
	TilebakeSignals.on(_prompt.focus_exited, _emit_changed)
	TilebakeSignals.on(_weight.value_changed, func(_value: float) -> void: _emit_changed())


func _notification(what: int) -> void:
	if what == NOTIFICATION_ENTER_TREE or what == NOTIFICATION_THEME_CHANGED:
		_warning.texture = get_theme_icon(&"NodeWarning", &"EditorIcons")


## Show what the node says of the terrain now, as after an undo; null: nothing. Where the node says what it said before, the
## fields stay as they are, for something may be half typed in them.
func show_terrain(described: TilebakeTerrain) -> void:
	var prompt: String = described.prompt if described != null else ""
	var weight: float = described.weight if described != null else 1.0
	if prompt != _shown_prompt and prompt != _prompt.text:
		_prompt.text = prompt
		_show_advice(prompt)
	if not is_equal_approx(weight, _shown_weight):
		_weight.set_value_no_signal(weight)
		_weight.queue_redraw()
	_shown_prompt = prompt
	_shown_weight = weight


## Show what is to be known of a prompt; where there is none, of what counts in its place.
func _show_advice(prompt: String) -> void:
	if prompt.strip_edges().is_empty():
		prompt = _prompt.placeholder_text
	_warning.tooltip_text = _advice.about(prompt) if _advice != null else ""
	_warning.visible = not _warning.tooltip_text.is_empty()


func _emit_changed() -> void:
	_show_advice(_prompt.text)
	changed.emit(_prompt.text, _weight.value)
