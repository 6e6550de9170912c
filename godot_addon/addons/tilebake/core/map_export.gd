@tool
class_name TilebakeExport
extends RefCounted
## Hold the result of exporting one BakedTileMap: the map, where its file belongs, and what is wrong with it.

## The path of the exported node, from the scene's root.
var node_path: NodePath = NodePath()
## The content of the map file; empty after an error.
var map: Dictionary = {}
## Where the map file belongs.
var map_path: String = ""
## Where the painting lies in map pixels, the space of the first layer with tiles: the backend's bounds of the map,
## and the bounds that BakedTileMap.show_bake takes.
var box: Rect2 = Rect2()
var cell_count: int = 0
## The layers that are in the map, and the kinds of their tiles that are not, as BakedTileMap.painted has them.
var painted: Dictionary[NodePath, PackedInt32Array] = {}
## What the game shows where the painting lies, to begin from; null where it begins from nothing.
var art: Image = null
var diagnostics: Array[TilebakeDiagnostic] = []
## Whether there is no tile in the layers: the game may fill them itself.
var is_empty: bool = false


## Return what is wrong: errors first, then what concerns the most cells.
func ranked_diagnostics() -> Array[TilebakeDiagnostic]:
	var ranks: Dictionary[TilebakeDiagnostic, Array] = {}
	for index: int in diagnostics.size():
		ranks[diagnostics[index]] = [0 if diagnostics[index].is_error() else 1, -diagnostics[index].cells, index]
	var ranked: Array[TilebakeDiagnostic] = diagnostics.duplicate()
	ranked.sort_custom(func(a: TilebakeDiagnostic, b: TilebakeDiagnostic) -> bool: return ranks[a] < ranks[b])
	return ranked


## Whether there is no map to write.
func has_failed() -> bool:
	return diagnostics.any(func(each: TilebakeDiagnostic) -> bool: return each.is_error())
