@tool
class_name TilebakeJobView
extends RefCounted
## Describe one bake of one map, as the backend reports it.

const TilebakeJsonObject = preload("json_object.gd")

enum State { WAITING, RUNNING, DONE, FAILED, CANCELLED, SUPERSEDED, SET_ASIDE }

## The states as the API spells them.
const STATES: Dictionary[String, TilebakeJobView.State] = {
	"waiting": TilebakeJobView.State.WAITING,
	"running": TilebakeJobView.State.RUNNING,
	"done": TilebakeJobView.State.DONE,
	"failed": TilebakeJobView.State.FAILED,
	"cancelled": TilebakeJobView.State.CANCELLED,
	"superseded": TilebakeJobView.State.SUPERSEDED,
	"set aside": TilebakeJobView.State.SET_ASIDE,
}
## What [member seconds_left] is before there is an estimate.
const UNKNOWN: float = -1.0

var id: int
var map_id: String
var state: TilebakeJobView.State
var step: int
## 0 as long as that is not known.
var steps: int
var seconds_left: float
## Whether its progress image is a sketch: the whole map in small tiles and few steps, while the painting goes on.
var shows_sketch: bool
## Why it failed; null otherwise.
var diagnostic: TilebakeDiagnostic


## Read a JobView of the API. A state that is not known counts as an end without a picture.
static func read(json: Dictionary) -> TilebakeJobView:
	var view: TilebakeJobView = TilebakeJobView.new()
	view.id = TilebakeJsonObject.whole(json, "id")
	view.map_id = TilebakeJsonObject.text(json, "map_id")
	view.state = STATES.get(TilebakeJsonObject.text(json, "state"), TilebakeJobView.State.SUPERSEDED)
	view.step = TilebakeJsonObject.whole(json, "step")
	view.steps = TilebakeJsonObject.whole(json, "steps")
	view.seconds_left = TilebakeJsonObject.number(json, "seconds_left", UNKNOWN)
	view.shows_sketch = TilebakeJsonObject.flag(json, "shows_sketch")
	view.diagnostic = TilebakeJsonObject.diagnostic_in(json)
	return view


## Whether it waits or runs.
func is_live() -> bool:
	return state == TilebakeJobView.State.WAITING or state == TilebakeJobView.State.RUNNING


## Whether it ended without a picture because something is wrong.
func has_failed() -> bool:
	return state == TilebakeJobView.State.FAILED or state == TilebakeJobView.State.SET_ASIDE
