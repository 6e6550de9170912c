@tool
extends RefCounted
## JsonObject: reads JSON objects that others wrote, in which anything may be anything.


## The object in a text; empty where the text holds none.
static func read(text: String) -> Dictionary:
	var json: JSON = JSON.new()
	if json.parse(text) != OK or not json.data is Dictionary:
		return {}
	return json.data


## What is an object under a key; empty where there is none.
static func inner(object: Dictionary, key: String) -> Dictionary:
	var value: Variant = object.get(key)
	return value if value is Dictionary else {}


## What is a number under a key; 0 where there is none.
static func number(object: Dictionary, key: String) -> float:
	var value: Variant = object.get(key)
	if value is float or value is int:
		var found: float = value
		return found
	return 0.0


static func whole(object: Dictionary, key: String) -> int:
	return int(number(object, key))
