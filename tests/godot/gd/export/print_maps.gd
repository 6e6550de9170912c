extends SceneTree
## Read every map file of a folder as the importer does, and print "READ [name, diagnostic, cells, TileSet]" for each.

const MapReader = preload("res://addons/tilebake/editor/maps/map_reader.gd")


func _init() -> void:
	var folder: String = OS.get_cmdline_user_args()[0]
	for name: String in DirAccess.get_files_at(folder):
		if name.ends_with(TilebakeMapPaths.ENDING):
			var reader: MapReader = MapReader.new(folder.path_join(name))
			var line: String = "" if reader.diagnostic == null else reader.diagnostic.line()
			var cells: int = -1 if reader.map == null else reader.map.cell_count
			var tile_set: String = "" if reader.map == null else reader.map.tile_set_path
			print("READ ", JSON.stringify([name, line, cells, tile_set]))
			# A map that a person wrote is measured too, whatever the reader finds wrong with it.
			var json: JSON = JSON.new()
			if json.parse(FileAccess.get_file_as_string(folder.path_join(name))) == OK and json.data is Dictionary:
				var map: Dictionary = json.data
				var _box: Rect2 = TilebakeMapBox.measure(map)
	quit(0)
