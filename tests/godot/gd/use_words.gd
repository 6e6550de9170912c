@tool
extends EditorPlugin
## Uses what the inspector of a BakedTileMap has for words, in an editor without a window: drafts, what is kept and
## what is undone. Without a backend nothing can be looked at, and that is said.
## Prints "OK ..." or "BAD ..." for each promise, then ends the editor.

const SCENE: String = "res://level.tscn"
const MAP: String = "res://maps/level.tilebake.json"
const StrengthRow = preload("res://addons/tilebake/editor/inspector/words/strength_row.gd")
const WordChips = preload("res://addons/tilebake/editor/inspector/words/word_chips.gd")
const WordsPanel = preload("res://addons/tilebake/editor/inspector/words/words_panel.gd")

var _node: BakedTileMap


func _ready() -> void:
	_work.call_deferred()


func _work() -> void:
	EditorInterface.open_scene_from_path(SCENE)
	await _seconds(0.5)
	_node = EditorInterface.get_edited_scene_root().get_node("Bake")
	EditorInterface.edit_node(_node)
	await _seconds(0.5)
	_lists_words()
	_says_why_nothing_is_shown()
	_drafts_a_theme()
	await _keeps_it()
	await _undoes_it()
	_resets()
	get_tree().quit()


func _lists_words() -> void:
	_check("the terrains that the tiles have can be picked", _items() == ["grass", "sand", "water"])
	_check("the words of the first, small ones left out", _chips() == ["lush", "green", "grass", "wind"])
	_pick("water")
	_check("and of another, as tilebake.toml has them", _chips() == ["clear", "water"])
	_check("with a slider each", _rows().size() == 2)
	_pick("sand")
	_check("of a terrain without words that is said", "Say above what sand looks like" in _words())
	_pick("grass")
	_check("its own prompt stands in the field", _field().placeholder_text == "Lush (green:1.2) grass in the wind")
	_check("and nothing can be kept yet", _button("Try").disabled and _button("Keep").disabled and _button("Reset").disabled)


func _says_why_nothing_is_shown() -> void:
	var chip: Button = _parts(WordChips)[0].get_child(1)
	chip.button_pressed = true
	_check("why no word is shown is said", "The editor has no window" in _words())
	_check("and its chip comes up again", not chip.button_pressed)
	_slide("green", 2.0)
	_button("Try").pressed.emit()
	_check("so it is of a trial", "The editor has no window" in _words() and not _button("Try").disabled)
	_slide("green", 1.0)


func _drafts_a_theme() -> void:
	_type("dry yellow meadow")
	_check("a new prompt has its own words", _row_words() == ["dry", "yellow", "meadow"])
	_slide("yellow", 3.0)
	_check("which can be tried and kept", not _button("Try").disabled and not _button("Keep").disabled)
	_pick("water")
	_pick("grass")
	_check("a draft waits for its terrain", _field().text == "dry yellow meadow" and _row_words()[1] == "yellow")
	_check("in the scene is nothing of it", _node.edit == null)


func _keeps_it() -> void:
	_button("Keep").pressed.emit()
	var kept: TilebakeRewrite = _node.edit.terrains["grass"]
	_check("Keep puts it into the scene", kept.prompt == "dry yellow meadow" and kept.weights == {"yellow": 3.0})
	_check("as the panel says", _items()[0] == "grass (re-themed)" and "every save paints it so" in _words())
	_check("and has no more to keep", _button("Keep").disabled and not _button("Reset").disabled)
	await _save()
	var told: Dictionary = JSON.parse_string(FileAccess.get_file_as_string(MAP))
	var written: Dictionary = told.get("edit", {})
	var edit: Dictionary = {"terrains": {"grass": {"prompt": "dry yellow meadow", "reweight": {"yellow": 3.0}}}}
	_check("a save writes it into the map", written == edit)
	_pick("water")
	_slide("clear", 4.0)
	_pick("grass")
	_slide("yellow", -2.0)
	_check("what is drafted on leaves it alone", kept.weights == {"yellow": 3.0})
	_button("Keep").pressed.emit()
	_check("until it is kept", _node.edit.terrains["grass"].weights == {"yellow": -2.0})
	_check("and it alone", not _node.edit.terrains.has("water"))


func _undoes_it() -> void:
	_undo()
	_check("undoing goes back to what was kept", _node.edit.terrains["grass"].weights == {"yellow": 3.0})
	_check("in the panel too", _number_of("yellow") == "3.0" and _button("Keep").disabled)
	_undo()
	_check("and to nothing", _node.edit == null and _field().text.is_empty() and _row_words()[0] == "lush")
	_pick("water")
	_check("drafts of other terrains stay", _number_of("clear") == "4.0")
	_pick("grass")
	await _save()
	_check("then the map has no edit", "edit" not in FileAccess.get_file_as_string(MAP))


func _resets() -> void:
	_slide("green", 2.0)
	_button("Keep").pressed.emit()
	_check("weights alone are kept", _node.edit.terrains["grass"].prompt.is_empty())
	_button("Reset").pressed.emit()
	_check("Reset takes them out of the scene", _node.edit == null and _number_of("green") == "1.0")
	_undo()
	_check("which can be undone", _node.edit.terrains["grass"].weights == {"green": 2.0} and _number_of("green") == "2.0")


func _save() -> void:
	var error: Error = EditorInterface.save_scene()
	assert(error == OK)
	await _seconds(1.5)  # the export follows a save when it has been quiet


func _undo() -> void:
	var history: int = get_undo_redo().get_object_history_id(_node)
	var undone: bool = get_undo_redo().get_history_undo_redo(history).undo()
	assert(undone)


func _picker() -> OptionButton:
	return _panel().find_children("*", "OptionButton", true, false)[0]


func _items() -> Array[String]:
	var items: Array[String] = []
	for index: int in _picker().item_count:
		items.append(_picker().get_item_text(index))
	return items


func _pick(terrain: String) -> void:
	for index: int in _picker().item_count:
		if _picker().get_item_text(index).begins_with(terrain):
			_picker().select(index)
			_picker().item_selected.emit(index)


func _chips() -> Array[String]:
	var words: Array[String] = []
	for chip: Button in _parts(WordChips)[0].get_children():
		words.append(chip.text)
	return words


func _rows() -> Array[Node]:
	return _parts(StrengthRow)


func _row_words() -> Array[String]:
	var words: Array[String] = []
	for row: Node in _rows():
		words.append((row.get_child(0) as Label).text)
	return words


func _row(word: String) -> Node:
	return _rows()[_row_words().find(word)]


func _slide(word: String, weight: float) -> void:
	(_row(word).get_child(1) as HSlider).value = weight


func _number_of(word: String) -> String:
	return (_row(word).get_child(2) as Label).text


func _field() -> LineEdit:
	return _panel().find_children("*", "LineEdit", true, false)[0]


func _type(text: String) -> void:
	_field().text = text
	_field().text_changed.emit(text)


func _button(text: String) -> Button:
	for button: Button in _panel().find_children("*", "Button", true, false):
		if button.text == text:
			return button
	return null


## What the panel says and shows.
func _words() -> String:
	var words: PackedStringArray = []
	for label: Label in _panel().find_children("*", "Label", true, false):
		if label.is_visible_in_tree():
			words += PackedStringArray([label.text])
	return "\n".join(words)


func _panel() -> Control:
	return _parts(WordsPanel)[0]


func _parts(script: GDScript) -> Array[Node]:
	return EditorInterface.get_inspector().find_children("*", "", true, false).filter(
		func(child: Node) -> bool: return child.get_script() == script and not child.is_queued_for_deletion())


func _check(promise: String, holds: bool) -> void:
	print(("OK " if holds else "BAD ") + promise)


func _seconds(count: float) -> void:
	await get_tree().create_timer(count).timeout
