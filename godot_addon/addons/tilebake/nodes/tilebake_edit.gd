@tool
@icon("../icon.svg")
class_name TilebakeEdit
extends Resource
## Hold changes to the prompts of a level's terrains that keep the layout of its picture.
##
## The tiles and the terrains' own prompts stay as they are.

## The default of [member keep_layout].
const KEEP_LAYOUT: float = 0.4

## The rewrite of each terrain, by its name. Other terrains stay as they are.
@export var terrains: Dictionary[String, TilebakeRewrite] = {}
## The share of the steps in which the picture's layout is kept. Higher keeps more of it.
@export_range(0.0, 1.0, 0.05) var keep_layout: float = KEEP_LAYOUT


## Return a copy of one terrain's rewrite to change; an empty one where it has none.
func draft_of(terrain: String) -> TilebakeRewrite:
	var kept: TilebakeRewrite = terrains.get(terrain)
	if kept == null:
		return TilebakeRewrite.new()
	var draft: TilebakeRewrite = kept.duplicate()
	draft.weights = kept.weights.duplicate()
	return draft


## Return a copy of the edit with one terrain's rewrite in it, or without it where that changes nothing.
func with(terrain: String, rewrite: TilebakeRewrite) -> TilebakeEdit:
	var made: TilebakeEdit = TilebakeEdit.new()
	made.keep_layout = keep_layout
	made.terrains = terrains.duplicate()
	if rewrite.is_empty():
		var _was_there: bool = made.terrains.erase(terrain)
	else:
		made.terrains[terrain] = rewrite
	return made
