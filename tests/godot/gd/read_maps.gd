extends SceneTree
## Reads every map file of a folder as the importer does, and prints what it says of it.

const MapReader = preload("res://addons/tilebake/editor/maps/map_reader.gd")


func _init() -> void:
	var folder: String = OS.get_cmdline_user_args()[0]
	for name: String in DirAccess.get_files_at(folder):
		if name.ends_with(TilebakeMapPaths.ENDING):
			var reader: MapReader = MapReader.new(folder.path_join(name))
			var words: String = "" if reader.problem == null else reader.problem.words()
			var cells: int = -1 if reader.map == null else reader.map.cell_count
			print("READ ", JSON.stringify([name, words, cells]))
			# What a hand-written map holds is measured too, whatever the reader says of it.
			var json: JSON = JSON.new()
			if json.parse(FileAccess.get_file_as_string(folder.path_join(name))) == OK and json.data is Dictionary:
				var map: Dictionary = json.data
				var _box: Rect2 = TilebakeMapBox.of(map)
	quit(0)
