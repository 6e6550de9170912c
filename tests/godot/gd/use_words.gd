@tool
extends EditorPlugin
## Uses what the inspector of a BakedTileMap has for words, in an editor without a window: drafts, what is kept and
## what is undone. Without a backend nothing can be looked at, and that is said.
## Prints "OK ..." or "BAD ..." for each promise, then ends the editor.

const SCENE: String = "res://level.tscn"
const MAP: String = "res://maps/level.tilebake.json"
const WordsHand = preload("words_hand.gd")

var _hand: WordsHand = WordsHand.new()
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
	await _follows_new_terrains()
	get_tree().quit()


func _lists_words() -> void:
	_check("the terrains that the tiles have can be picked", _hand.items() == ["grass", "sand", "water"])
	_check("the words of the first, small ones left out", _hand.chips() == ["lush", "green", "grass", "wind"])
	_hand.pick("water")
	_check("and of another, as tilebake.toml has them", _hand.chips() == ["clear", "water"])
	_check("with a slider each", _hand.row_words().size() == 2)
	_hand.pick("sand")
	_check("of a terrain without words that is said", "Say above what sand looks like" in _hand.said())
	_hand.pick("grass")
	_check("its own prompt stands in the field", _hand.field().placeholder_text == "Lush (green:1.2) grass in the wind")
	_check("and nothing can be kept yet", _hand.button("Try").disabled and _hand.button("Keep").disabled and _hand.button("Reset").disabled)


func _says_why_nothing_is_shown() -> void:
	var chip: Button = _hand.chip("green")
	chip.button_pressed = true
	_check("why no word is shown is said", "The editor has no window" in _hand.said())
	_check("and its chip comes up again", not chip.button_pressed)
	_hand.slide("green", 2.0)
	_hand.press("Try")
	_check("so it is of a trial", "The editor has no window" in _hand.said() and not _hand.button("Try").disabled)
	_hand.slide("green", 1.0)


func _drafts_a_theme() -> void:
	_hand.type("dry yellow meadow")
	_check("a new prompt has its own words", _hand.row_words() == ["dry", "yellow", "meadow"])
	_hand.slide("yellow", 3.0)
	_check("which can be tried and kept", not _hand.button("Try").disabled and not _hand.button("Keep").disabled)
	_hand.pick("water")
	_hand.pick("grass")
	_check("a draft waits for its terrain", _hand.field().text == "dry yellow meadow" and _hand.row_words()[1] == "yellow")
	_check("in the scene is nothing of it", _node.edit == null)


func _keeps_it() -> void:
	_hand.press("Keep")
	var kept: TilebakeRewrite = _node.edit.terrains["grass"]
	_check("Keep puts it into the scene", kept.prompt == "dry yellow meadow" and kept.weights == {"yellow": 3.0})
	_check("as the panel says", _hand.items()[0] == "grass (re-themed)" and "every save paints it so" in _hand.said())
	_check("and has no more to keep", _hand.button("Keep").disabled and not _hand.button("Reset").disabled)
	await _save()
	var told: Dictionary = JSON.parse_string(FileAccess.get_file_as_string(MAP))
	var written: Dictionary = told.get("edit", {})
	var grass: Dictionary = {"prompt": "dry yellow meadow", "reweight": {"yellow": 3.0}}
	_check("a save writes it into the map", written == {"from_scene": ["grass"], "terrains": {"grass": grass}})
	_hand.pick("water")
	_hand.slide("clear", 4.0)
	_hand.pick("grass")
	_hand.slide("yellow", -2.0)
	_check("what is drafted on leaves it alone", kept.weights == {"yellow": 3.0})
	_hand.press("Keep")
	_check("until it is kept", _node.edit.terrains["grass"].weights == {"yellow": -2.0})
	_check("and it alone", not _node.edit.terrains.has("water"))


func _undoes_it() -> void:
	_undo()
	_check("undoing goes back to what was kept", _node.edit.terrains["grass"].weights == {"yellow": 3.0})
	_check("in the panel too", _hand.number_of("yellow") == "3.0" and _hand.button("Keep").disabled)
	_undo()
	_check("and to nothing", _node.edit == null and _hand.field().text.is_empty() and _hand.row_words()[0] == "lush")
	_hand.pick("water")
	_check("drafts of other terrains stay", _hand.number_of("clear") == "4.0")
	_hand.pick("grass")
	await _save()
	_check("then the map has no edit", "edit" not in FileAccess.get_file_as_string(MAP))


func _resets() -> void:
	_hand.slide("green", 2.0)
	_hand.press("Keep")
	_check("weights alone are kept", _node.edit.terrains["grass"].prompt.is_empty())
	_hand.press("Reset")
	_check("Reset takes them out of the scene", _node.edit == null and _hand.number_of("green") == "1.0")
	_undo()
	_check("which can be undone", _node.edit.terrains["grass"].weights == {"green": 2.0} and _hand.number_of("green") == "2.0")


func _follows_new_terrains() -> void:
	for field: LineEdit in EditorInterface.get_inspector().find_children("*", "LineEdit", true, false):
		if field.placeholder_text.begins_with("terrain of tile"):
			field.text_submitted.emit("moss")
	await _seconds(0.5)
	_check("a tile that is named brings its terrain", _hand.items() == ["grass (re-themed)", "moss", "sand", "water"])


func _save() -> void:
	var error: Error = EditorInterface.save_scene()
	assert(error == OK)
	await _seconds(1.5)  # the export follows a save when it has been quiet


func _undo() -> void:
	var history: int = get_undo_redo().get_object_history_id(_node)
	var undone: bool = get_undo_redo().get_history_undo_redo(history).undo()
	assert(undone)


func _check(promise: String, holds: bool) -> void:
	print(("OK " if holds else "BAD ") + promise)


func _seconds(count: float) -> void:
	await get_tree().create_timer(count).timeout
