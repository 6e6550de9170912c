@tool
extends VBoxContainer
## Edit the prompt of a terrain: show where its words work, re-theme it, and set how strongly its words count.

const TilebakeEditDrafts = preload("../../maps/edit_drafts.gd")
const TilebakePreviewSession = preload("../../previews/preview_session.gd")
const TilebakePreviewStatus = preload("preview_status.gd")
const TilebakeSignals = preload("../../../nodes/signals.gd")
const TilebakeStrengthList = preload("strength_list.gd")
const TilebakeUi = preload("../../dock/ui.gd")
const TilebakeWordChips = preload("word_chips.gd")

var _drafts: TilebakeEditDrafts
var _session: TilebakePreviewSession
var _terrain: OptionButton = OptionButton.new()
var _nothing: Label = TilebakeUi.make_wrapped_label()
var _parts: VBoxContainer = VBoxContainer.new()
var _chips: TilebakeWordChips = TilebakeWordChips.new()
var _prompt: LineEdit = LineEdit.new()
var _strengths: TilebakeStrengthList
var _try: Button
var _keep: Button
var _reset: Button
var _hint: Label = TilebakeUi.make_wrapped_label()


func _init(drafts: TilebakeEditDrafts, session: TilebakePreviewSession) -> void:
	_drafts = drafts
	_session = session
	_strengths = TilebakeStrengthList.new(drafts)
	for part: Control in [HSeparator.new(), _heading_row("Terrain", _terrain), _nothing, _parts]:
		add_child(part)
	_build_parts()
	TilebakeSignals.on(_terrain.item_selected, _on_terrain_selected)
	TilebakeSignals.on(drafts.renewed, _show_drafts)
	TilebakeSignals.on(drafts.changed, _show_state)
	TilebakeSignals.on(session.changed, _show_state)
	_show_drafts()


func _build_parts() -> void:
	_prompt.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	_prompt.clear_button_enabled = true
	_prompt.tooltip_text = "What the terrain is to look like instead. Its tiles, its shape and the light stay."
	TilebakeSignals.on(_prompt.text_changed, _drafts.set_prompt)
	TilebakeSignals.on(_prompt.text_submitted, func(_text: String) -> void: _on_try())
	TilebakeSignals.on(_chips.picked, func(word: String) -> void: _session.show_heat(_drafts.terrain, word))
	TilebakeSignals.on(_chips.dropped, _session.clear)
	_hint.modulate.a = 0.7
	_parts.add_theme_constant_override(&"separation", roundi(TilebakeUi.scale(6)))
	for part: Control in [
		TilebakeUi.heading("Where a word works"), _chips, TilebakePreviewStatus.new(_session, TilebakePreviewView.Kind.HEAT),
		TilebakeUi.heading("Re-theme"), _prompt,
		TilebakeUi.heading("How strongly"), _strengths,
		_buttons(), TilebakePreviewStatus.new(_session, TilebakePreviewView.Kind.TRIAL), _hint,
	]:
		_parts.add_child(part)


func _buttons() -> HBoxContainer:
	_try = TilebakeUi.button("Try", "Show over the level what it would look like. Nothing is saved.", _on_try)
	_keep = TilebakeUi.button("Keep", "Keep the edit in the scene. The next save paints it.", _drafts.keep)
	_reset = TilebakeUi.button("Reset", "Remove the edit. The terrain is painted by its own prompt again.", _on_reset)
	var row: HBoxContainer = HBoxContainer.new()
	for button: Button in [_try, _keep, _reset]:
		button.size_flags_horizontal = Control.SIZE_EXPAND_FILL
		row.add_child(button)
	TilebakeUi.show_icon(_try, &"Play")
	TilebakeUi.show_icon(_keep, &"Save")
	TilebakeUi.show_icon(_reset, &"Reload")
	return row


func _heading_row(title: String, control: Control) -> HBoxContainer:
	var row: HBoxContainer = HBoxContainer.new()
	row.add_child(TilebakeUi.heading(title))
	control.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	row.add_child(control)
	return row


## Show the chosen terrain again, all of it.
func _show_drafts() -> void:
	_terrain.clear()
	for terrain: String in _drafts.terrains:
		_terrain.add_item("%s (re-themed)" % terrain if _drafts.is_kept(terrain) else terrain)
	_terrain.select(_drafts.terrains.find(_drafts.terrain))
	_chips.show_words(TilebakePromptWords.split(_drafts.source))
	if _prompt.text != _drafts.draft.prompt:
		_prompt.text = _drafts.draft.prompt
	_prompt.placeholder_text = _drafts.source
	_strengths.renew()
	_show_state()


func _show_state() -> void:
	_parts.visible = not _drafts.source.is_empty()
	_nothing.visible = not _parts.visible
	_nothing.text = "No tile has a terrain yet."
	if not _drafts.terrain.is_empty():
		_nothing.text = "Describe %s in the list of terrains above. Then you can see and edit its words." % _drafts.terrain
	_chips.press(_session.word)
	var is_trying: bool = _session.preview != null and _session.kind == TilebakePreviewView.Kind.TRIAL
	_try.disabled = _drafts.edit().terrains.is_empty() or is_trying
	_keep.disabled = not _drafts.is_new()
	_reset.disabled = _drafts.draft.is_empty() and not _drafts.is_kept(_drafts.terrain)
	_hint.text = "Kept in the scene. Every save paints it."
	_hint.visible = _drafts.is_kept(_drafts.terrain) and not _drafts.is_new()


func _on_terrain_selected(index: int) -> void:
	_drafts.choose(_drafts.terrains[index])


func _on_try() -> void:
	if not _try.disabled:
		_session.show_trial(_drafts.edit())


func _on_reset() -> void:
	_session.clear()
	_drafts.reset()
