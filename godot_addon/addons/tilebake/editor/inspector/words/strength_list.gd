@tool
extends VBoxContainer
## List a slider for every word of the prompt and, folded away, how much of the painting is kept.

const TilebakeEditDrafts = preload("../../maps/edit_drafts.gd")
const TilebakeSignals = preload("../../../nodes/signals.gd")
const TilebakeStrengthRow = preload("strength_row.gd")
const TilebakeUi = preload("../../dock/ui.gd")

var _drafts: TilebakeEditDrafts
var _rows: VBoxContainer = VBoxContainer.new()
var _words: PackedStringArray = []  # that have a row
var _fold: Button
var _more: VBoxContainer = VBoxContainer.new()
var _local: CheckBox = CheckBox.new()
var _keep_words: EditorSpinSlider
var _keep_layout: EditorSpinSlider


func _init(drafts: TilebakeEditDrafts) -> void:
	_drafts = drafts
	_fold = TilebakeUi.button("More", "Set how much of the painting is kept", _on_folded)
	_fold.theme_type_variation = &"FlatButton"
	_fold.alignment = HORIZONTAL_ALIGNMENT_LEFT
	TilebakeUi.show_icon(_fold, &"GuiTreeArrowRight")
	_local.text = "Only where the word works"
	_local.tooltip_text = "A slider changes only the places where its word works"
	TilebakeSignals.on(_local.toggled, _drafts.set_local)
	_keep_words = _share("Keep details in place", "Lower: more of the new look. Higher: more of the old details.")
	_keep_layout = _share("Keep the layout", "Lower: shapes may change. Higher: shapes stay.")
	TilebakeSignals.on(_keep_words.value_changed, _drafts.set_keep_words)
	TilebakeSignals.on(_keep_layout.value_changed, _drafts.set_keep_layout)
	for part: Control in [_local, _keep_words, _keep_layout]:
		_more.add_child(part)
	_more.visible = false
	for part: Control in [_rows, _fold, _more]:
		add_child(part)
	TilebakeSignals.on(drafts.changed, _update_rows)


## Show the drafts again, all of them.
func renew() -> void:
	_words = []
	_update_rows()
	_local.set_pressed_no_signal(_drafts.draft.threshold > 0.0)
	_keep_words.set_value_no_signal(_drafts.draft.keep_words)
	_keep_layout.set_value_no_signal(_drafts.keep_layout)


## Make the rows again if the words have changed, and only then: a slider that is being dragged stays.
func _update_rows() -> void:
	if _drafts.words() == _words:
		return
	_words = _drafts.words()
	for row: Node in _rows.get_children():
		_rows.remove_child(row)
		row.queue_free()
	for word: String in _words:
		var weight: float = _drafts.draft.weights.get(word, TilebakeStrengthRow.UNCHANGED)
		var row: TilebakeStrengthRow = TilebakeStrengthRow.new(word, weight)
		TilebakeSignals.on(row.moved, _on_moved.bind(word))
		_rows.add_child(row)


func _share(label: String, tooltip: String) -> EditorSpinSlider:
	var slider: EditorSpinSlider = EditorSpinSlider.new()
	slider.label = label
	slider.tooltip_text = tooltip
	slider.max_value = 1.0
	slider.step = 0.05
	return slider


func _on_moved(weight: float, word: String) -> void:
	_drafts.set_weight(word, weight)


func _on_folded() -> void:
	_more.visible = not _more.visible
	_fold.icon = TilebakeUi.icon(&"GuiTreeArrowDown" if _more.visible else &"GuiTreeArrowRight")
