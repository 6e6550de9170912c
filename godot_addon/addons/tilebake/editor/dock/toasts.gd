@tool
extends RefCounted
## Toasts: says when pictures are done, together where they come together, and each failure by itself.

const MapStatusText = preload("map_status_text.gd")

var _done: PackedStringArray = []
var _coordinator: TilebakeBakeCoordinator


func _init(coordinator: TilebakeBakeCoordinator) -> void:
	_coordinator = coordinator


## Takes in how a job stands.
func tell_job(view: Dictionary) -> void:
	var map: String = MapStatusText.name_of(str(view.get("map_id", "")))
	match view.get("state"):
		"done":
			_done += PackedStringArray([map])
		"failed", "set aside":
			var mistake: TilebakeMistake = TilebakeMistake.of(view)
			var words: String = mistake.words() if mistake != null else "see the log"
			_push("%s was not painted: %s" % [map, words], EditorToaster.SEVERITY_ERROR)
	if not _done.is_empty() and not _coordinator.jobs().any(_is_live):
		_push("Painted %s" % (_done[0] if _done.size() == 1 else "%d maps" % _done.size()), EditorToaster.SEVERITY_INFO)
		_done.clear()


## Says that something was asked for in vain.
func tell_refusal(_map_id: String, words: String) -> void:
	_push(words, EditorToaster.SEVERITY_WARNING)


func _push(words: String, severity: EditorToaster.Severity) -> void:
	EditorInterface.get_editor_toaster().push_toast("Tilebake: " + words, severity)


func _is_live(job: Dictionary) -> bool:
	return job.get("state") in ["running", "waiting"]
