extends SceneTree
## Print the box of each map file that is named, as the addon measures it: "BOX [path, x, y, width, height]".


func _init() -> void:
	for path: String in OS.get_cmdline_user_args():
		var map: Dictionary = JSON.parse_string(FileAccess.get_file_as_string(path))
		var box: Rect2 = TilebakeMapBox.measure(map)
		print("BOX ", JSON.stringify([path, box.position.x, box.position.y, box.size.x, box.size.y]))
	quit(0)
