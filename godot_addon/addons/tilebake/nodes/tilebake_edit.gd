@tool
@icon("../icon.svg")
class_name TilebakeEdit
extends Resource
## What of a level is painted otherwise while its layout stays. The tiles, and the words of its terrains, stay too.

## For how long the layout is held, unless said: a share of the steps.
const KEEP_LAYOUT: float = 0.4

## What becomes of each terrain, by its name. The others stay as they are.
@export var terrains: Dictionary[String, TilebakeRewrite] = {}
## For what share of the steps the picture's coarse layout is held.
@export_range(0.0, 1.0, 0.05) var keep_layout: float = KEEP_LAYOUT


## What becomes of one terrain, for somebody to change: never the one that is kept here.
func draft_of(terrain: String) -> TilebakeRewrite:
	var kept: TilebakeRewrite = terrains.get(terrain)
	if kept == null:
		return TilebakeRewrite.new()
	var draft: TilebakeRewrite = kept.duplicate()
	draft.weights = kept.weights.duplicate()
	return draft


## The same edit with one terrain's rewrite put in, or taken out where it changes nothing. This one stays as it is.
func with(terrain: String, rewrite: TilebakeRewrite) -> TilebakeEdit:
	var made: TilebakeEdit = TilebakeEdit.new()
	made.keep_layout = keep_layout
	made.terrains = terrains.duplicate()
	if rewrite.is_empty():
		var _was_there: bool = made.terrains.erase(terrain)
	else:
		made.terrains[terrain] = rewrite
	return made
