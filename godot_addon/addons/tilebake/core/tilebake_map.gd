@tool
class_name TilebakeMap
extends Resource
## Describe an imported map, without its tiles, for games and tools.

## The map file.
@export var map_path: String = ""
## The path of its picture; not a Texture2D, so that a new picture does not import the map again.
@export var texture_path: String = ""
## The rectangle around all tiles in map pixels, which the picture covers.
@export var bounds: Rect2 = Rect2()
## The digest of the map file's text, which changes with the map.
@export var digest: String = ""
## The names of the terrains that its tiles have, sorted; those of a TileSet in their order.
@export var terrains: PackedStringArray = PackedStringArray()
## How many tiles it has in all its layers; a TileSet has no layers, and 0.
@export var cell_count: int = 0
## The path of the TileSet that is painted with it, where the map is one; empty for a level.
@export var tile_set_path: String = ""


## Return the picture; null where there is none yet.
func texture() -> Texture2D:
	return TilebakePagedTexture.open(texture_path)
