@tool
class_name TilebakeProblem
extends RefCounted
## Something that stands in the way of a map, or is missing from it: where it is and how to fix it.

## A warning leaves something out of the map; an error leaves no map at all.
enum Severity { WARNING, ERROR }

var severity: Severity = Severity.ERROR
## The scene or map file that it is about.
var file_path: String = ""
## From the scene's root; empty where the whole scene is meant.
var node_path: NodePath = NodePath()
## The first cell that is meant, if [member has_cell].
var cell: Vector2i = Vector2i.ZERO
var has_cell: bool = false
var what: String = ""
var hint: String = ""


static func warning(the_what: String, the_hint: String) -> TilebakeProblem:
	return _make(Severity.WARNING, the_what, the_hint)


static func error(the_what: String, the_hint: String) -> TilebakeProblem:
	return _make(Severity.ERROR, the_what, the_hint)


## Says where the problem is. Returns the problem.
func at(node: Node) -> TilebakeProblem:
	var root: Node = node.owner if node.owner != null else node
	file_path = root.scene_file_path
	node_path = root.get_path_to(node)
	return self


## Says which map file the problem stands in. Returns the problem.
func in_file(path: String) -> TilebakeProblem:
	file_path = path
	return self


func at_cell(the_cell: Vector2i) -> TilebakeProblem:
	cell = the_cell
	has_cell = true
	return self


func is_error() -> bool:
	return severity == Severity.ERROR


## The whole of it on one line: place, what is wrong, and the hint.
func words() -> String:
	var place: String = file_path
	if not node_path.is_empty():
		place += ("" if place.is_empty() else ": ") + String(node_path)
	if has_cell:
		place += " at cell (%d, %d)" % [cell.x, cell.y]
	var told: String = what if place.is_empty() else "%s: %s" % [place, what]
	return told if hint.is_empty() else "%s. %s." % [told, hint]


static func _make(the_severity: Severity, the_what: String, the_hint: String) -> TilebakeProblem:
	var problem: TilebakeProblem = TilebakeProblem.new()
	problem.severity = the_severity
	problem.what = the_what
	problem.hint = the_hint
	return problem
