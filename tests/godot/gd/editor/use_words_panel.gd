@tool
extends "../shared/editor_checks.gd"
## Use the prompt words in the inspector of a BakedTileMap, in an editor without a window: drafts, Keep, Reset, undo.
## Without a backend there are no previews, and the panel says so.

const NameRow = preload("res://addons/tilebake/editor/inspector/naming/name_row.gd")
const WordsPanelUser = preload("words_panel_user.gd")

const SCENE: String = "res://level.tscn"
const MAP: String = "res://maps/level.tilebake.json"

var _user: WordsPanelUser = WordsPanelUser.new()
var _node: BakedTileMap


func describe_state() -> String:
	return _user.visible_text().replace("\n", " | ") if _user.has_panel() else "no panel"


func test_words() -> void:
	await open_scene(SCENE)
	_node = EditorInterface.get_edited_scene_root().get_node("Bake")
	EditorInterface.edit_node(_node)
	await until("the inspector has the panel of words", _user.has_panel)
	check("the panel lists the terrains of the tiles", _user.items() == ["dirt", "grass", "sand", "water"])
	_user.pick("grass")
	check("the panel lists the words of a terrain without function words", _user.chips() == [
		"lush", "green", "grass", "wind"])
	_user.pick("water")
	check("the panel lists the words of a terrain in tilebake.toml", _user.chips() == ["clear", "water"])
	check("the panel has a slider for each word", _user.row_words().size() == 2)
	_user.pick("sand")
	check("the panel asks for a prompt where tilebake.toml has a terrain without one", "Describe sand" in _user.visible_text())
	_user.pick("grass")
	check("the field shows the terrain's own prompt as placeholder",
		_user.field().placeholder_text == "Lush (green:1.2) grass in the wind")
	check("no button can be pressed before there is a draft",
		_user.button("Try").disabled and _user.button("Keep").disabled and _user.button("Reset").disabled)


func test_previews_without_backend() -> void:
	var chip: Button = _user.chip("green")
	chip.button_pressed = true
	check("a word pressed without a backend says why there is no heat map",
		"The editor has no window" in _user.visible_text())
	check("a word pressed without a backend is released", not chip.button_pressed)
	_user.slide("green", 2.0)
	_user.press("Try")
	check("Try without a backend says why there is no trial",
		"The editor has no window" in _user.visible_text() and not _user.button("Try").disabled)
	_user.slide("green", 1.0)


func test_draft() -> void:
	_user.type("dry yellow meadow")
	check("a new prompt has sliders for its own words", _user.row_words() == ["dry", "yellow", "meadow"])
	_user.slide("yellow", 3.0)
	check("a draft can be tried and kept", not _user.button("Try").disabled and not _user.button("Keep").disabled)
	_user.pick("water")
	_user.pick("grass")
	check("a draft stays while another terrain is chosen",
		_user.field().text == "dry yellow meadow" and _user.row_words()[1] == "yellow")
	check("a draft is not in the scene", _node.edit == null)


func test_keep() -> void:
	_user.press("Keep")
	var kept: TilebakeRewrite = _node.edit.terrains["grass"]
	check("Keep puts the draft into the scene", kept.prompt == "dry yellow meadow" and kept.weights == {"yellow": 3.0})
	check("the panel says that the edit is kept",
		_user.items()[1] == "grass (re-themed)" and "Every save paints it" in _user.visible_text())
	check("after Keep there is nothing to keep and something to reset",
		_user.button("Keep").disabled and not _user.button("Reset").disabled)
	await save_scene()
	var grass: Dictionary = {"prompt": "dry yellow meadow", "reweight": {"yellow": 3.0}}
	check("a save writes the kept edit into the map file", _edit_in_map() == {
		"from_scene": ["grass"], "terrains": {"grass": grass}})


func test_second_keep() -> void:
	var kept: TilebakeRewrite = _node.edit.terrains["grass"]
	_user.pick("water")
	_user.slide("clear", 4.0)
	_user.pick("grass")
	_user.slide("yellow", -2.0)
	check("a further draft leaves the kept edit as it was", kept.weights == {"yellow": 3.0})
	_user.press("Keep")
	check("a second Keep replaces the kept edit", _node.edit.terrains["grass"].weights == {"yellow": -2.0})
	check("Keep keeps the chosen terrain alone", not _node.edit.terrains.has("water"))


func test_undo() -> void:
	_undo()
	check("undo brings the edit before back", _node.edit.terrains["grass"].weights == {"yellow": 3.0})
	check("undo brings the panel back too", _user.number_of("yellow") == "3.0" and _user.button("Keep").disabled)
	_undo()
	check("a second undo removes the edit",
		_node.edit == null and _user.field().text.is_empty() and _user.row_words()[0] == "lush")
	_user.pick("water")
	check("undo leaves drafts of other terrains as they were", _user.number_of("clear") == "4.0")
	_user.pick("grass")
	await save_scene()
	check("a save without an edit removes it from the map file", "edit" not in FileAccess.get_file_as_string(MAP))


func test_reset() -> void:
	_user.slide("green", 2.0)
	_user.press("Keep")
	check("Keep keeps weights without a prompt", _node.edit.terrains["grass"].prompt.is_empty())
	_user.press("Reset")
	check("Reset removes the edit from the scene", _node.edit == null and _user.number_of("green") == "1.0")
	_undo()
	check("undo takes Reset back",
		_node.edit.terrains["grass"].weights == {"green": 2.0} and _user.number_of("green") == "2.0")


func test_new_terrain() -> void:
	var row: Node = parts(NameRow, EditorInterface.get_inspector())[0]
	(row.find_children("*", "LineEdit", true, false)[0] as LineEdit).text_submitted.emit("moss")
	await until("naming a tile's terrain adds it to the panel", func() -> bool:
		return _user.items() == ["grass (re-themed)", "moss", "sand", "water"])


func _edit_in_map() -> Dictionary:
	var map: Dictionary = JSON.parse_string(FileAccess.get_file_as_string(MAP))
	return map.get("edit", {})


func _undo() -> void:
	var undone: bool = undo(_node)
	assert(undone)
