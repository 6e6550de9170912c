@tool
extends "../shared/editor_checks.gd"
## Press Bake Scene once in each scene of res://scenes and save it, in an editor without a backend.

const Dock = preload("res://addons/tilebake/editor/dock/dock.gd")


func test_each_scene() -> void:
	for file: String in DirAccess.get_files_at("res://scenes"):
		await open_scene("res://scenes/" + file)
		button_in(anywhere(Dock), "Bake Scene").pressed.emit()
		await save_scene()
		var painted: Array[BakedTileMap] = TilebakeLayerList.baked_in(EditorInterface.get_edited_scene_root())
		check("one press in %s adds a painting" % file, not painted.is_empty())
		for node: BakedTileMap in painted:
			var map: String = TilebakeMapPaths.map_path(node)
			check("one press in %s exports its map" % file, FileAccess.file_exists(map))
			print("MAP %s %s %s" % [file.get_basename(), map, node.picture])
			for warning: String in node._get_configuration_warnings():
				print("WARNING %s %s" % [file.get_basename(), warning])
