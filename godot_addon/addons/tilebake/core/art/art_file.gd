@tool
class_name TilebakeArtFile
extends RefCounted
## Write the picture of a map's tiles beside the map: only when a pixel of it has changed.

const ENDING: String = ".tilebake.art.png"
## Nobody needs it in the game, so that the editor neither imports nor exports it.
const _NOT_IMPORTED: String = "[remap]\n\nimporter=\"skip\"\n"


## Return the file of a map's art.
static func path_of(map_path: String) -> String:
	return map_path.trim_suffix(TilebakeMapPaths.ENDING) + ENDING


## Write a picture in RGBA8. Returns OK if the file changed, TilebakeMapWriter.SAME if it shows the same already, or what
## went wrong.
static func write(path: String, picture: Image) -> Error:
	if holds(path, picture):
		return TilebakeMapWriter.SAME
	var written: Error = DirAccess.make_dir_recursive_absolute(path.get_base_dir())
	if written == OK and not FileAccess.file_exists(path + ".import"):
		written = TilebakeMapWriter.put(path + ".import", _NOT_IMPORTED.to_utf8_buffer())
	return written if written != OK else TilebakeMapWriter.put(path, picture.save_png_to_buffer())


## Whether a file shows a picture. Its bytes may differ: engines pack alike pixels in their own ways.
static func holds(path: String, picture: Image) -> bool:
	if not FileAccess.file_exists(path):
		return false
	var held: Image = Image.new()
	if held.load_png_from_buffer(FileAccess.get_file_as_bytes(path)) != OK:
		return false
	held.convert(Image.FORMAT_RGBA8)
	return held.get_size() == picture.get_size() and held.get_data() == picture.get_data()
