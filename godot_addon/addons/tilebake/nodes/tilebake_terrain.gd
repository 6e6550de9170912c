@tool
@icon("../icon.svg")
class_name TilebakeTerrain
extends Resource
## Describe what one terrain looks like.

## What this terrain looks like, in a few plain words: "lush green meadow".
@export_multiline var prompt: String = "":
	set(value):
		prompt = value
		emit_changed()

## What must not appear on this terrain. Empty: only the map's negative prompt counts.
@export_multiline var negative_prompt: String = "":
	set(value):
		negative_prompt = value
		emit_changed()

## How strongly this terrain counts against its neighbours along their border.
@export_range(0.05, 5.0, 0.05, "or_greater") var weight: float = 1.0:
	set(value):
		weight = value
		emit_changed()
