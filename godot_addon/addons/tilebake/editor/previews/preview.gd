@tool
class_name TilebakePreview
extends RefCounted
## TilebakePreview: how it stands with what the backend paints for somebody to look at.

const JsonObject = preload("../backend/json_object.gd")

## Where a word works, or an edit tried out.
enum Kind { HEAT, TRIAL }
enum State { WAITING, RUNNING, DONE, FAILED, CANCELLED }

const STATES: Dictionary[String, State] = {
	"waiting": State.WAITING,
	"running": State.RUNNING,
	"done": State.DONE,
	"failed": State.FAILED,
	"cancelled": State.CANCELLED,
}

var id: int
var state: State
var step: int
## 0 as long as that is not known.
var steps: int
## What went wrong; null where nothing did.
var mistake: TilebakeMistake


## The look of a LookView of the backend's API.
static func of(view: Dictionary) -> TilebakePreview:
	var look: TilebakePreview = TilebakePreview.new()
	look.id = JsonObject.whole(view, "id")
	look.state = STATES.get(str(view.get("state", "")), State.FAILED)
	look.step = JsonObject.whole(view, "step")
	look.steps = JsonObject.whole(view, "steps")
	look.mistake = TilebakeMistake.of(view)
	return look


## Whether it is still to come.
func is_live() -> bool:
	return state == State.WAITING or state == State.RUNNING
