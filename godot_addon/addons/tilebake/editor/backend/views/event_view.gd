@tool
extends RefCounted
## Describe one event of the backend: a map or a job has changed.

const EventView = preload("event_view.gd")
const JsonObject = preload("json_object.gd")

## Counts up from 1 without gaps.
var number: int
## The map as it is since then; null where no map changed.
var map: TilebakeMapView = null
## The job as it is since then; null where no job changed.
var job: TilebakeJobView = null


## Read an Event of the API.
static func read(json: Dictionary) -> EventView:
	var event: EventView = EventView.new()
	event.number = JsonObject.whole(json, "number")
	if JsonObject.has_object(json, "map"):
		event.map = TilebakeMapView.read(JsonObject.inner(json, "map"))
	if JsonObject.has_object(json, "job"):
		event.job = TilebakeJobView.read(JsonObject.inner(json, "job"))
	return event
