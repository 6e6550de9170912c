@tool
extends RefCounted
## Count and print the checks of a test script: "OK label" or "BAD label" each, and "FINISHED count" at its end.
##
## A step is a method whose name begins with `test_`. All are found by reflection and run in the order in which they
## are written, so none can be forgotten; a step without a check is bad itself.

const STEP: String = "test_"

var _count: int = 0


## Print whether a promise holds. The label says subject and behaviour by itself: it is all that a CI log shows.
func check(label: String, holds: bool, state: String = "") -> void:
	_count += 1
	if holds:
		print("OK ", label)
	else:
		print("BAD ", label, "" if state.is_empty() else " (last state: %s)" % state)


## Run every step of a script, then print how many checks there were.
func run(owner: Object) -> void:
	for step: String in steps_of(owner):
		var before: int = _count
		print("STEP ", step)
		await owner.call(step)
		if _count == before:
			check("%s checks something" % step, false)
	print("FINISHED ", _count)


## Return the names of a script's steps, in the order in which they are written.
static func steps_of(owner: Object) -> Array[String]:
	var script: GDScript = owner.get_script()
	var names: Array[String] = []
	for method: Dictionary in script.get_script_method_list():
		var name: String = method["name"]
		if name.begins_with(STEP) and name not in names:
			names.append(name)
	return names
