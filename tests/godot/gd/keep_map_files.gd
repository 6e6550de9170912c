extends SceneTree
## Scenes with several paintings: each keeps its map file. Prints "OK ..." or "BAD ..." for each promise.

const MAP: String = "res://maps/level.tilebake.json"
const PICTURE: String = "res://baked/maps/level.png"

var _level: Node2D


func _init() -> void:
	_names_one_after_its_scene()
	_keeps_the_first_ones_file()
	_keeps_it_when_another_comes_before()
	_keeps_it_when_another_goes()
	_parts_copies()
	_leaves_named_files_alone()
	_leaves_a_single_one_open()
	quit()


func _names_one_after_its_scene() -> void:
	_begin(["A"])
	_check("a single painting has its scene's name", _files() == [MAP])
	_end()


func _keeps_the_first_ones_file() -> void:
	_begin(["A", "B"])
	_check("a second one has its own name in its file's", _files() == [MAP, "res://maps/level.B.tilebake.json"])
	_end()


func _keeps_it_when_another_comes_before() -> void:
	_begin(["New", "A"])
	(_level.get_node("A") as BakedTileMap).texture = _picture()
	_check("whose picture has the scene's name keeps it", _files() == ["res://maps/level.New.tilebake.json", MAP])
	_end()


func _keeps_it_when_another_goes() -> void:
	_begin(["A", "B"])
	_check("what was settled is written into the nodes", TilebakeMapPaths.settle(_level))
	_check("and settled once", not TilebakeMapPaths.settle(_level))
	_level.get_node("A").free()
	_check("and is kept when the other one goes", _files() == ["res://maps/level.B.tilebake.json"])
	_end()


func _parts_copies() -> void:
	_begin(["A", "B"])
	var _has_changed: bool = TilebakeMapPaths.settle(_level)
	_add((_level.get_node("A") as BakedTileMap).duplicate() as BakedTileMap, "Copy")
	_check("a copy shares a file at first", _files().count(MAP) == 2)
	_check("which is told", TilebakeMapExporter.export_scene(_level)[2].failed())
	_check("and gets one of its own", TilebakeMapPaths.settle(_level))
	_check("while the first keeps it", _files() == [
		MAP, "res://maps/level.B.tilebake.json", "res://maps/level.Copy.tilebake.json"])
	_end()


func _leaves_named_files_alone() -> void:
	_begin(["A", "B"])
	(_level.get_node("B") as BakedTileMap).map_file = MAP
	_check("a name that is given counts first", _files() == ["res://maps/level.A.tilebake.json", MAP])
	_end()


func _leaves_a_single_one_open() -> void:
	_begin(["A"])
	_check("a single painting follows its scene's name", not TilebakeMapPaths.settle(_level))
	_level.scene_file_path = "res://levels/other.tscn"
	_check("wherever that is saved", _files() == ["res://maps/levels/other.tilebake.json"])
	_end()


func _begin(names: Array[String]) -> void:
	_level = Node2D.new()
	_level.scene_file_path = "res://level.tscn"
	for title: String in names:
		_add(BakedTileMap.new(), title)


func _add(baked: BakedTileMap, title: String) -> void:
	baked.name = title
	_level.add_child(baked)
	baked.owner = _level


func _end() -> void:
	_level.free()


func _files() -> Array[String]:
	return TilebakeMapPaths.map_paths(_level).values()


func _picture() -> Texture2D:
	var picture: PlaceholderTexture2D = PlaceholderTexture2D.new()
	picture.take_over_path(PICTURE)
	return picture


func _check(promise: String, holds: bool) -> void:
	print(("OK " if holds else "BAD ") + promise)
