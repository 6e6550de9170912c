@tool
extends RefCounted
## Use the panel of prompt words in the inspector as a person does, and read what it shows.

const StrengthRow = preload("res://addons/tilebake/editor/inspector/words/strength_row.gd")
const WordChips = preload("res://addons/tilebake/editor/inspector/words/word_chips.gd")
const WordsPanel = preload("res://addons/tilebake/editor/inspector/words/words_panel.gd")


func pick(terrain: String) -> void:
	for index: int in _picker().item_count:
		if _picker().get_item_text(index).begins_with(terrain):
			_picker().select(index)
			_picker().item_selected.emit(index)


func type(text: String) -> void:
	field().text = text
	field().text_changed.emit(text)


func slide(word: String, weight: float) -> void:
	(_row(word).get_child(1) as HSlider).value = weight


func press(text: String) -> void:
	button(text).pressed.emit()


## Return the terrains to pick from.
func items() -> Array[String]:
	var texts: Array[String] = []
	for index: int in _picker().item_count:
		texts.append(_picker().get_item_text(index))
	return texts


## Return the words that can be pressed.
func chips() -> Array[String]:
	var words: Array[String] = []
	for each: Button in _parts(WordChips)[0].get_children():
		words.append(each.text)
	return words


func chip(word: String) -> Button:
	return _parts(WordChips)[0].get_child(chips().find(word))


## Return the words that have a slider.
func row_words() -> Array[String]:
	var words: Array[String] = []
	for row: Node in _parts(StrengthRow):
		words.append((row.get_child(0) as Label).text)
	return words


func number_of(word: String) -> String:
	return (_row(word).get_child(2) as Label).text


func field() -> LineEdit:
	return _panel().find_children("*", "LineEdit", true, false)[0]


func button(text: String) -> Button:
	for each: Button in _panel().find_children("*", "Button", true, false):
		if each.text == text or each.tooltip_text == text:
			return each
	return null


## Return the text of all labels that are visible.
func visible_text() -> String:
	var words: PackedStringArray = []
	for label: Label in _panel().find_children("*", "Label", true, false):
		if label.is_visible_in_tree():
			words += PackedStringArray([label.text])
	return "\n".join(words)


## Scroll all of the panel into view, if the inspector is high enough.
func scroll_to_panel() -> void:
	await EditorInterface.get_base_control().get_tree().process_frame
	var inspector: ScrollContainer = EditorInterface.get_inspector()
	inspector.scroll_vertical += int(_panel().global_position.y - inspector.global_position.y)


func has_panel() -> bool:
	return not _parts(WordsPanel).is_empty()


func _picker() -> OptionButton:
	return _panel().find_children("*", "OptionButton", true, false)[0]


func _row(word: String) -> Node:
	return _parts(StrengthRow)[row_words().find(word)]


func _panel() -> Control:
	return _parts(WordsPanel)[0]


func _parts(script: GDScript) -> Array[Node]:
	return EditorInterface.get_inspector().find_children("*", "", true, false).filter(
		func(child: Node) -> bool: return child.get_script() == script and not child.is_queued_for_deletion())
