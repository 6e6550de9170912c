@tool
class_name TilebakeMap
extends Resource
## A map as it was imported: what a game or a tool may want to know of it, without its tiles.

## The map file.
@export var map_path: String = ""
## The picture painted from it; a path and no Texture2D, so that a new picture does not import the map again.
@export var texture_path: String = ""
## The rectangle around all tiles in map pixels, which the picture covers.
@export var bounds: Rect2 = Rect2()
## Of the map file's text: another digest is another map.
@export var digest: String = ""
## The names of the terrains that its tiles have, sorted.
@export var terrains: PackedStringArray = PackedStringArray()
## How many tiles it has in all its layers.
@export var cell_count: int = 0


## The picture, if there is one yet.
func texture() -> Texture2D:
	return load(texture_path) as Texture2D if ResourceLoader.exists(texture_path) else null
