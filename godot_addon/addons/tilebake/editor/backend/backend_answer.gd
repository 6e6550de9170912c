@tool
extends RefCounted
## What came back for a request to the backend.

const JsonObject = preload("json_object.gd")

## 0 where nobody answered.
var status: int
var body: PackedByteArray


func _init(its_status: int, its_body: PackedByteArray) -> void:
	status = its_status
	body = its_body


func is_ok() -> bool:
	return status == 200


## Whether there was an answer at all, be it a refusal.
func is_there() -> bool:
	return status != 0


## The JSON object that was answered; empty where it was none.
func object() -> Dictionary:
	return JsonObject.read(body.get_string_from_utf8())


## The list under a name in that object, of objects alone.
func objects(name: String) -> Array[Dictionary]:
	var found: Array[Dictionary] = []
	var listed: Variant = object().get(name)
	if listed is Array:
		var items: Array = listed
		for item: Variant in items:
			if item is Dictionary:
				var entry: Dictionary = item
				found.append(entry)
	return found


## A refusal as a person reads it.
func words() -> String:
	if not is_there():
		return "The backend did not answer."
	var told: Dictionary = object()
	var parts: Array[String] = []
	for key: String in ["where", "what", "hint"]:
		if not str(told.get(key, "")).is_empty():
			parts.append(str(told[key]))
	return ": ".join(PackedStringArray(parts)) if not parts.is_empty() else "The backend refused (%d)." % status


## The same in its parts.
func mistake() -> TilebakeMistake:
	var told: Dictionary = object()
	if not is_there() or not told.has("what"):
		return TilebakeMistake.said(words(), "")
	return TilebakeMistake.said(str(told["what"]), str(told.get("hint", "")))
