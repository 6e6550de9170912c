@tool
class_name TilebakeDiagnostic
extends RefCounted
## Describe one problem as its user reads it: what is wrong, where, and what to do about it.
##
## The backend and the command line report every problem in this shape too.

## A warning leaves something out of the map; an error leaves no map at all.
enum Severity { WARNING, ERROR }

var severity: TilebakeDiagnostic.Severity
var what: String
## A file, a node or a cell in one line; empty where the problem has no place.
var where: String = ""
## What to do about it; empty where nothing helps.
var hint: String
## How many cells of the map it concerns.
var cells: int = 0


func _init(the_what: String, the_hint: String, the_severity: TilebakeDiagnostic.Severity = TilebakeDiagnostic.Severity.ERROR) -> void:
	what = the_what
	hint = the_hint
	severity = the_severity


## Make an error: there is no map because of it.
static func error(the_what: String, the_hint: String) -> TilebakeDiagnostic:
	return TilebakeDiagnostic.new(the_what, the_hint)


## Make a warning: something is left out of the map.
static func warning(the_what: String, the_hint: String) -> TilebakeDiagnostic:
	return TilebakeDiagnostic.new(the_what, the_hint, TilebakeDiagnostic.Severity.WARNING)


## Place it at a node, by the scene's file and the path in it. Returns the diagnostic.
func at(node: Node) -> TilebakeDiagnostic:
	var root: Node = node
	while root.owner == null and root.scene_file_path.is_empty() and root.get_parent() != null:
		root = root.get_parent()  # a script has made the node: its place is in the scene of what it is below
	root = root.owner if root.owner != null else root
	var path: String = String(root.get_path_to(node))
	where = path if root.scene_file_path.is_empty() else "%s: %s" % [root.scene_file_path, path]
	return self


## Place it at a cell of the node or file that it is at already. Returns the diagnostic.
func at_cell(cell: Vector2i) -> TilebakeDiagnostic:
	where += " at cell (%d, %d)" % [cell.x, cell.y]
	return self


## Place it in a map file. Returns the diagnostic.
func in_file(path: String) -> TilebakeDiagnostic:
	where = path
	return self


## Note how many cells it concerns. Returns the diagnostic.
func about_cells(count: int) -> TilebakeDiagnostic:
	cells = count
	return self


func is_error() -> bool:
	return severity == TilebakeDiagnostic.Severity.ERROR


## Return what is wrong and what to do, as a person reads it where the place is shown already.
func summary() -> String:
	return what if hint.is_empty() else "%s. %s." % [what, hint.trim_suffix(".")]


## Return the whole of it in one line: place, what is wrong, what to do.
func line() -> String:
	return summary() if where.is_empty() else "%s: %s" % [where, summary()]
