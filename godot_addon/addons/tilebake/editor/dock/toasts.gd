@tool
extends RefCounted
## Show a toast when pictures are done, one for all that come together, and one for each failure.

const TilebakeMapStatusText = preload("map_status_text.gd")

var _done: PackedStringArray = []
var _coordinator: TilebakeBakeCoordinator


func _init(coordinator: TilebakeBakeCoordinator) -> void:
	_coordinator = coordinator


## Report the end of a job, if it has ended.
func show_job(job: TilebakeJobView) -> void:
	var map: String = TilebakeMapStatusText.name_of(job.map_id)
	if job.state == TilebakeJobView.State.DONE:
		_done += PackedStringArray([map])
	elif job.has_failed():
		var reason: String = job.diagnostic.summary() if job.diagnostic != null else "Look at the log."
		_push("%s was not painted. %s" % [map, reason], EditorToaster.SEVERITY_ERROR)
	var is_live: Callable = func(other: TilebakeJobView) -> bool: return other.is_live()
	if not _done.is_empty() and not _coordinator.jobs().any(is_live):
		_push("Painted %s" % (_done[0] if _done.size() == 1 else "%d maps" % _done.size()), EditorToaster.SEVERITY_INFO)
		_done.clear()


## Report that the backend refused a request.
func show_refusal(_map_id: String, reason: String) -> void:
	_push(reason, EditorToaster.SEVERITY_WARNING)


func _push(text: String, severity: EditorToaster.Severity) -> void:
	EditorInterface.get_editor_toaster().push_toast("Tilebake: " + text, severity)
