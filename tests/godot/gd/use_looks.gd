@tool
extends EditorPlugin
## Looks at words and tries a re-theme as the addon's user does, in an editor without a window and with the real
## backend behind it. Prints "OK ..." or "BAD ..." for each promise, then ends the editor.

const SCENE: String = "res://level.tscn"
const MAP: String = "res://maps/level.tilebake.json"
const PICTURE: String = "res://baked/maps/level.png"
const PATIENCE: float = 300.0  # seconds
const PreviewSession = preload("res://addons/tilebake/editor/previews/preview_session.gd")
const WordsHand = preload("words_hand.gd")

var _hand: WordsHand = WordsHand.new()
var _painting: BakedTileMap
var _session: PreviewSession


func _ready() -> void:
	_work.call_deferred()


func _work() -> void:
	await get_tree().process_frame
	while EditorInterface.get_resource_filesystem().is_scanning():
		await get_tree().process_frame
	EditorInterface.open_scene_from_path(SCENE)
	await _until("the scene is open", func() -> bool: return EditorInterface.get_edited_scene_root() != null)
	_painting = EditorInterface.get_edited_scene_root().get_node("Bake")
	_session = get_tree().root.find_children("*", "", true, false).filter(
		func(node: Node) -> bool: return node.get_script() == PreviewSession)[0]
	EditorInterface.edit_node(_painting)
	var _saved: Error = EditorInterface.save_scene()
	await _until("the painting is shown", func() -> bool: return _painting.texture != null)
	await _shows_a_word()
	await _tries_a_theme()
	await _tells_mistakes()
	await _leaves_with_the_selection()
	await _keeps_it()
	_wants_a_saved_level()
	get_tree().quit()


func _shows_a_word() -> void:
	_hand.pick("grass")
	_hand.chip("green").button_pressed = true
	_check("it is said that the word is looked for", _session.look != null and _hand.chip("green").button_pressed)
	await _until("a word lies over the level", _session.is_shown)
	var heat: Image = _session.overlay.picture().get_image()
	_check("in the map's own pixels", heat.get_size() == Vector2i(64, 32))
	_check("exactly over its tiles", _ground() == Rect2(16, 8, 128, 64))
	_check("seen through where the word does not work", _lowest_alpha(heat) < 0.1 and _highest_alpha(heat) > 0.5)
	_check("as the panel says", "Glows where it works" in _hand.said() and _hand.chip("green").button_pressed)
	_check("the scene has no more nodes than before", _painting.get_child_count() == 0)
	_hand.chip("green").button_pressed = false
	_check("and it is taken away by its chip", not _session.is_shown())


func _tries_a_theme() -> void:
	var map: PackedByteArray = FileAccess.get_file_as_bytes(MAP)
	var picture: PackedByteArray = FileAccess.get_file_as_bytes(PICTURE)
	_hand.type("dry yellow sand")
	_hand.slide("yellow", 3.0)
	_hand.press("Try")
	await _until("a trial lies over the level", _session.is_shown)
	_check("in the painting's place", _ground() == Rect2(16, 8, 128, 64))
	_check("and is another picture", _session.overlay.picture().get_image().get_data() != _painting.texture.get_image().get_data())
	_check("the map file knows nothing of it", FileAccess.get_file_as_bytes(MAP) == map)
	_check("nor does the painting", FileAccess.get_file_as_bytes(PICTURE) == picture)
	_hand.press("Show or hide it, to compare")
	_check("it can be hidden to compare", not _session.overlay.is_seen() and _session.is_shown())
	_hand.press("Take it away")
	_check("and taken away", not _session.is_shown())


func _tells_mistakes() -> void:
	_hand.type("dry ((yellow sand")
	_hand.press("Try")
	await _until("a mistake is told", func() -> bool: return _session.mistake != null)
	_check("in the backend's words, with the hint", _session.mistake.what in _hand.said() and _session.mistake.hint in _hand.said())
	_hand.type("dry yellow sand")


func _leaves_with_the_selection() -> void:
	_hand.press("Try")
	await _until("another trial is under way", func() -> bool: return _session.look != null and _session.look.id > 0)
	EditorInterface.edit_node(EditorInterface.get_edited_scene_root())
	_check("which ends when something else is selected", _session.look == null and _session.node == null)
	await _seconds(1.0)
	_check("and does not come back", not _session.is_shown())
	EditorInterface.edit_node(_painting)
	await _until("the panel is there again", _hand.is_there)
	_check("without the draft", _hand.field().text.is_empty() and _hand.button("Keep").disabled)


func _keeps_it() -> void:
	var before: PackedByteArray = FileAccess.get_file_as_bytes(PICTURE)
	_hand.pick("grass")
	_hand.type("dry yellow sand")
	_hand.press("Try")
	await _until("the trial is back", _session.is_shown)
	_hand.press("Keep")
	var _saved: Error = EditorInterface.save_scene()
	await _until("a save paints what was kept", func() -> bool: return FileAccess.get_file_as_bytes(PICTURE) != before)
	await _until("and the trial gives way to it", func() -> bool: return not _session.is_shown())


func _wants_a_saved_level() -> void:
	var ground: TileMapLayer = EditorInterface.get_edited_scene_root().get_node("Ground")
	ground.set_cell(Vector2i(5, 0), 0, Vector2i.ZERO)
	_hand.press("Try")
	_check("a level that is not saved cannot be looked at", "Save the scene, then try again" in _hand.said())


## What the overlay covers in the scene.
func _ground() -> Rect2:
	return _session.overlay.placing() * Rect2(Vector2.ZERO, _session.overlay.picture().get_size())


func _lowest_alpha(image: Image) -> float:
	return _alphas(image).min()


func _highest_alpha(image: Image) -> float:
	return _alphas(image).max()


func _alphas(image: Image) -> Array[float]:
	var alphas: Array[float] = []
	for y: int in image.get_height():
		for x: int in image.get_width():
			alphas.append(image.get_pixel(x, y).a)
	return alphas


func _check(promise: String, holds: bool) -> void:
	print(("OK " if holds else "BAD ") + promise)


func _until(promise: String, fulfilled: Callable) -> void:
	var deadline: int = Time.get_ticks_msec() + int(PATIENCE * 1000.0)
	while fulfilled.call() == false and Time.get_ticks_msec() < deadline:
		await _seconds(0.1)
	var holds: bool = fulfilled.call()
	_check(promise, holds)


func _seconds(count: float) -> void:
	await get_tree().create_timer(count).timeout
