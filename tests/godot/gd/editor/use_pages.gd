@tool
extends "../shared/editor_checks.gd"
## Open a level whose large painting lies in pages, in an editor without a window, and bring a newer bake of it.

const BakeRecord = preload("res://addons/tilebake/nodes/bake_record.gd")
const SceneLink = preload("res://addons/tilebake/editor/maps/scene_link.gd")

const SCENE: String = "res://level.tscn"
const PICTURE: String = "res://baked/maps/level.png"
const RECORD: String = "res://baked/maps/level.bake.json"
const NEWER: String = "res://newer.json"

var _painting: BakedTileMap


func test_open() -> void:
	await open_scene(SCENE)
	EditorInterface.set_main_screen_editor("2D")
	_painting = EditorInterface.get_edited_scene_root().get_node("Bake")
	_painting.picture = PICTURE
	_bring_picture()
	check("a level shows the pages of its painting", _pages() != null)
	check("they cover exactly the tiles", _painting.transform * _painting.get_rect() == Rect2(16, 8, 128, 64))
	await until("the pages in view are loaded", func() -> bool: return _pages().held() > 0)


func test_newer_bake() -> void:
	var before: TilebakePagedTexture = _pages()
	var error: Error = DirAccess.copy_absolute(NEWER, RECORD)
	_bring_picture()
	check("a newer bake takes its place in the same texture", error == OK and _pages() == before)
	check("what is shown is the bake before until then", _pages()._shown.paths[1] != _pages()._next.paths[1])
	await until("the newer bake is shown", func() -> bool: return _pages()._next == null)
	check("it still covers the tiles", _painting.transform * _painting.get_rect() == Rect2(16, 8, 128, 64))


func test_save() -> void:
	await save_scene()
	var text: String = FileAccess.get_file_as_string(SCENE)
	var saved: String = text.get_slice('[node name="Bake"', 1)
	check("a scene names its picture", PICTURE in saved)
	check("a scene saves nothing of its pages", not "paged_texture" in text and not "texture = " in saved)


## Have the addon show the picture that lies there, as it does when the backend has one.
func _bring_picture() -> void:
	var link: SceneLink = anywhere(SceneLink)
	link._show(_painting, TilebakePagedTexture.open(PICTURE), BakeRecord.bounds_of(PICTURE))


func _pages() -> TilebakePagedTexture:
	return _painting.texture as TilebakePagedTexture
