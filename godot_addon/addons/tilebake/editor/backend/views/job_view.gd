@tool
class_name TilebakeJobView
extends RefCounted
## Describe one bake of one map, as the backend reports it.

const JsonObject = preload("json_object.gd")

enum State { WAITING, RUNNING, DONE, FAILED, CANCELLED, SUPERSEDED, SET_ASIDE }

## The states as the API spells them.
const STATES: Dictionary[String, State] = {
	"waiting": State.WAITING,
	"running": State.RUNNING,
	"done": State.DONE,
	"failed": State.FAILED,
	"cancelled": State.CANCELLED,
	"superseded": State.SUPERSEDED,
	"set aside": State.SET_ASIDE,
}
## What [member seconds_left] is before there is an estimate.
const UNKNOWN: float = -1.0

var id: int
var map_id: String
var state: State
var step: int
## 0 as long as that is not known.
var steps: int
var seconds_left: float
## Why it failed; null otherwise.
var diagnostic: TilebakeDiagnostic


## Read a JobView of the API. A state that is not known counts as an end without a picture.
static func read(json: Dictionary) -> TilebakeJobView:
	var view: TilebakeJobView = TilebakeJobView.new()
	view.id = JsonObject.whole(json, "id")
	view.map_id = JsonObject.text(json, "map_id")
	view.state = STATES.get(JsonObject.text(json, "state"), State.SUPERSEDED)
	view.step = JsonObject.whole(json, "step")
	view.steps = JsonObject.whole(json, "steps")
	view.seconds_left = JsonObject.number(json, "seconds_left", UNKNOWN)
	view.diagnostic = JsonObject.diagnostic_in(json)
	return view


## Whether it waits or runs.
func is_live() -> bool:
	return state == State.WAITING or state == State.RUNNING


## Whether it ended without a picture because something is wrong.
func has_failed() -> bool:
	return state == State.FAILED or state == State.SET_ASIDE
