@tool
class_name TilebakeExport
extends RefCounted
## What came of exporting one BakedTileMap: the map, where it belongs, and what is wrong with it.

## The node that was exported, from the scene's root.
var node_path: NodePath = NodePath()
## What the map file shall hold; empty after an error.
var map: Dictionary = {}
## Where the map file belongs.
var map_path: String = ""
## Where the painting lies in map pixels, the own space of the first layer with tiles: what the backend calls the
## map's bounds, and what BakedTileMap.show_bake takes.
var box: Rect2 = Rect2()
var cell_count: int = 0
var problems: Array[TilebakeProblem] = []


## Whether there is no map to write.
func failed() -> bool:
	return problems.any(func(problem: TilebakeProblem) -> bool: return problem.is_error())
