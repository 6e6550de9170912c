extends SceneTree
## Print where the picture of each scene that is named will lie: as its export measures it, and as its map file does.


func _init() -> void:
	for path: String in OS.get_cmdline_user_args():
		var packed: PackedScene = load(path)
		var level: Node = packed.instantiate()
		var export: TilebakeExport = TilebakeMapExporter.export_scene(level)[0]
		var read: Dictionary = JSON.parse_string(FileAccess.get_file_as_string(export.map_path))
		print("BOXES ", JSON.stringify([path, _numbers_of(export.box), _numbers_of(TilebakeMapBox.measure(read))]))
		level.free()
	quit(0)


func _numbers_of(box: Rect2) -> Array[float]:
	return [box.position.x, box.position.y, box.size.x, box.size.y]
