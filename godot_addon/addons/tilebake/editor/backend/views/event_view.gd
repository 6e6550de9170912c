@tool
extends RefCounted
## Describe one event of the backend: a map or a job has changed.

const TilebakeEventView = preload("event_view.gd")
const TilebakeJsonObject = preload("json_object.gd")

## Counts up from 1 without gaps.
var number: int
## The map as it is since then; null where no map changed.
var map: TilebakeMapView = null
## The job as it is since then; null where no job changed.
var job: TilebakeJobView = null


## Read an Event of the API.
static func read(json: Dictionary) -> TilebakeEventView:
	var event: TilebakeEventView = TilebakeEventView.new()
	event.number = TilebakeJsonObject.whole(json, "number")
	if TilebakeJsonObject.has_object(json, "map"):
		event.map = TilebakeMapView.read(TilebakeJsonObject.inner(json, "map"))
	if TilebakeJsonObject.has_object(json, "job"):
		event.job = TilebakeJobView.read(TilebakeJsonObject.inner(json, "job"))
	return event
