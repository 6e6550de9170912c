@tool
extends HBoxContainer
## Show the kinds of tiles of a layer that have one word, with a field to give them another.

## A word was typed or accepted: for the selected tiles, where some are, else for all of the row.
signal named(word: String)
## The next field is to be edited.
signal finished

const TilebakeSignals = preload("../../../nodes/signals.gd")
const TilebakeUi = preload("../../dock/ui.gd")
## How many pictures are shown until one asks for the rest.
const SHOWN: int = 8
const _PICTURE: float = 24.0  # pixels, before the editor's scale

var kinds: Array[TilebakeTileKind]

var _word: String
var _field: LineEdit = LineEdit.new()
var _pictures: HFlowContainer = HFlowContainer.new()


func _init(the_kinds: Array[TilebakeTileKind]) -> void:
	kinds = the_kinds
	_word = "" if kinds[0].terrain == TilebakeTileNames.LEAVE_OUT and is_proposal() else kinds[0].terrain
	_pictures.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	_pictures.size_flags_stretch_ratio = 1.5
	for kind: TilebakeTileKind in kinds.slice(0, SHOWN):
		_add_picture(kind)
	if kinds.size() > SHOWN:
		_pictures.add_child(TilebakeUi.button("+ %d" % (kinds.size() - SHOWN), "Show all kinds of tiles of this row", _show_all))
	add_child(_pictures)
	_set_up_field()
	add_child(_field)


## Whether nobody has confirmed the word.
func is_proposal() -> bool:
	return kinds[0].origin != TilebakeTileNames.Origin.USER


## Return the kinds whose pictures are pressed.
func selected() -> Array[TilebakeTileKind]:
	var found: Array[TilebakeTileKind] = []
	for index: int in mini(kinds.size(), _pictures.get_child_count()):
		var picture: Button = _pictures.get_child(index) as Button
		if picture.toggle_mode and picture.button_pressed:
			found.append(kinds[index])
	return found


func edit() -> void:
	_field.grab_focus()


func _set_up_field() -> void:
	_field.text = _word
	_field.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	_field.select_all_on_focus = true
	_field.placeholder_text = "stays a tile"
	_field.tooltip_text = "%s these tiles show. %s" % ["What" if _word.is_empty() else "“%s” is what" % _word, (
		"Proposed: press Enter to accept it, or type another word. \"-\" leaves them unpainted." if is_proposal()
		else "Clear it to get the proposal back. \"-\" leaves them unpainted."
	)]
	if is_proposal():
		_field.add_theme_color_override(&"font_color", TilebakeUi.colour(&"disabled_font_color"))
	TilebakeSignals.on(_field.text_changed, func(_text: String) -> void: _field.remove_theme_color_override(&"font_color"))
	TilebakeSignals.on(_field.text_submitted, _on_submitted)
	TilebakeSignals.on(_field.focus_exited, _on_left)


## Enter accepts the word, as it is or changed.
func _on_submitted(text: String) -> void:
	if text.strip_edges() != _word or is_proposal():
		_word = text.strip_edges()
		named.emit(_word)
	finished.emit()


## Leaving the field keeps a changed word; one that was only looked at stays a proposal.
func _on_left() -> void:
	if _field.text.strip_edges() != _word:
		_word = _field.text.strip_edges()
		named.emit(_word)


func _show_all() -> void:
	_pictures.get_child(SHOWN).free()
	for kind: TilebakeTileKind in kinds.slice(SHOWN):
		_add_picture(kind)


func _add_picture(kind: TilebakeTileKind) -> void:
	var button: Button = Button.new()
	button.toggle_mode = true
	button.icon = kind.picture()
	button.expand_icon = true
	button.text = "%d" % kind.count
	button.tooltip_text = "%s: %d cells. Press it to name it apart, together with others that are pressed." % [kind.tile, kind.count]
	button.custom_minimum_size = Vector2(_PICTURE + 34.0, _PICTURE) * TilebakeUi.scale(1)
	button.add_theme_font_size_override(&"font_size", int(TilebakeUi.scale(11)))
	_pictures.add_child(button)
