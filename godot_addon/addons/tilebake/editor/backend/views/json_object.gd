@tool
extends RefCounted
## Read JSON objects that others wrote, in which anything may be anything.


## Parse the object in a text; empty where the text holds none.
static func parse(text_of_it: String) -> Dictionary:
	var json: JSON = JSON.new()
	if json.parse(text_of_it) != OK or not json.data is Dictionary:
		return {}
	return json.data


## Whether an object is under a key.
static func has_object(object: Dictionary, key: String) -> bool:
	return object.get(key) is Dictionary


## Return the object under a key; empty where there is none.
static func inner(object: Dictionary, key: String) -> Dictionary:
	var value: Variant = object.get(key)
	return value if value is Dictionary else {}


## Return the objects in the list under a key; whatever else is in the list is left out.
static func objects(object: Dictionary, key: String) -> Array[Dictionary]:
	var value: Variant = object.get(key)
	var items: Array = value if value is Array else []
	var found: Array[Dictionary] = []
	found.assign(items.filter(func(item: Variant) -> bool: return item is Dictionary))
	return found


## Return the text under a key; empty where there is none.
static func text(object: Dictionary, key: String) -> String:
	var value: Variant = object.get(key)
	return value if value is String else ""


## Return the number under a key.
static func number(object: Dictionary, key: String, otherwise: float = 0.0) -> float:
	var value: Variant = object.get(key)
	if value is float or value is int:
		var found: float = value
		return found
	return otherwise


## Return the number under a key without its fraction; 0 where there is none.
static func whole(object: Dictionary, key: String) -> int:
	return int(number(object, key))


## Whether true is under a key.
static func flag(object: Dictionary, key: String) -> bool:
	return object.get(key) is bool and object[key] == true


## Read a Diagnostic of the API.
static func diagnostic(object: Dictionary) -> TilebakeDiagnostic:
	return TilebakeDiagnostic.error(text(object, "what"), text(object, "hint")).in_file(text(object, "where"))


## Read the Diagnostic of a view of the API; null where it has none.
static func diagnostic_in(view: Dictionary) -> TilebakeDiagnostic:
	return diagnostic(inner(view, "diagnostic")) if has_object(view, "diagnostic") else null
