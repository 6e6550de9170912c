@tool
class_name TilebakeExportFiles
extends RefCounted
## Write what an export leaves on the disk: its map, and the picture of its tiles that its painting takes.


## Write the files of an export, the map last, which names the other. Returns OK if one changed, TilebakeMapWriter.SAME if
## both are as they should be, or what went wrong.
static func write(export: TilebakeExport) -> Error:
	var art: Error = TilebakeMapWriter.SAME
	if export.art != null:
		art = TilebakeArtFile.write(TilebakeArtFile.path_of(export.map_path), export.art)
	if art != OK and art != TilebakeMapWriter.SAME:
		return art
	var map: Error = TilebakeMapWriter.write(export.map_path, export.map)
	return art if map == TilebakeMapWriter.SAME else map


## Whether the files already hold an export.
static func hold(export: TilebakeExport) -> bool:
	if export.art != null and not TilebakeArtFile.holds(TilebakeArtFile.path_of(export.map_path), export.art):
		return false
	return TilebakeMapWriter.holds(export.map_path, export.map)
