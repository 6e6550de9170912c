extends "../shared/scene_checks.gd"
## Check that each painting of a scene keeps its map file, whatever is added or removed beside it.

const MAP: String = "res://maps/level.tilebake.json"
const PICTURE: String = "res://baked/maps/level.png"

var _level: Node2D


func test_single_painting() -> void:
	_make_level(["A"])
	check("a single painting's map file has its scene's name", _map_files() == [MAP])
	check("a single painting's map_file stays empty", not TilebakeMapPaths.settle(_level))
	_level.scene_file_path = "res://levels/other.tscn"
	check("a single painting's map file follows its scene to another name", _map_files() == [
		"res://maps/levels/other.tilebake.json"])
	_level.free()


func test_second_painting() -> void:
	_make_level(["A", "B"])
	check("a second painting's map file has its node's name too", _map_files() == [
		MAP, "res://maps/level.B.tilebake.json"])
	_level.free()


func test_painting_added_before_another() -> void:
	_make_level(["New", "A"])
	(_level.get_node("A") as BakedTileMap).texture = _picture()
	check("the painting whose picture has the scene's name keeps the map file of that name", _map_files() == [
		"res://maps/level.New.tilebake.json", MAP])
	_level.free()


func test_painting_removed() -> void:
	_make_level(["A", "B"])
	check("settling several paintings writes their map files into the nodes", TilebakeMapPaths.settle(_level))
	check("settling a second time changes nothing", not TilebakeMapPaths.settle(_level))
	_level.get_node("A").free()
	check("a settled painting keeps its map file when another one is removed", _map_files() == [
		"res://maps/level.B.tilebake.json"])
	_level.free()


func test_copied_painting() -> void:
	_make_level(["A", "B"])
	var _has_changed: bool = TilebakeMapPaths.settle(_level)
	_add((_level.get_node("A") as BakedTileMap).duplicate() as BakedTileMap, "Copy")
	check("a copied painting shares the map file of the original at first", _map_files().count(MAP) == 2)
	check("exporting a copied painting fails", TilebakeMapExporter.export_scene(_level)[2].has_failed())
	check("settling a copied painting changes its map file", TilebakeMapPaths.settle(_level))
	check("the original keeps its map file and the copy gets one of its own", _map_files() == [
		MAP, "res://maps/level.B.tilebake.json", "res://maps/level.Copy.tilebake.json"])
	_level.free()


func test_named_map_file() -> void:
	_make_level(["A", "B"])
	(_level.get_node("B") as BakedTileMap).map_file = MAP
	check("a map file that a node names comes before the scene's name", _map_files() == [
		"res://maps/level.A.tilebake.json", MAP])
	_level.free()


func _make_level(names: Array[String]) -> void:
	_level = Node2D.new()
	_level.scene_file_path = "res://level.tscn"
	for title: String in names:
		_add(BakedTileMap.new(), title)


func _add(baked: BakedTileMap, title: String) -> void:
	baked.name = title
	_level.add_child(baked)
	baked.owner = _level


func _map_files() -> Array[String]:
	return TilebakeMapPaths.map_paths(_level).values()


func _picture() -> Texture2D:
	var picture: PlaceholderTexture2D = PlaceholderTexture2D.new()
	picture.take_over_path(PICTURE)
	return picture
