@tool
class_name TilebakePreviewView
extends RefCounted
## Describe the status of a preview: something painted to be looked at in the editor and never published.

const JsonObject = preload("json_object.gd")

## Heat shows where a word works; a trial shows an edit before it is kept.
enum Kind { HEAT, TRIAL }
enum State { WAITING, RUNNING, DONE, FAILED, CANCELLED }

## The states as the API spells them.
const STATES: Dictionary[String, State] = {
	"waiting": State.WAITING,
	"running": State.RUNNING,
	"done": State.DONE,
	"failed": State.FAILED,
	"cancelled": State.CANCELLED,
}

## 0 until the backend has taken the request.
var id: int = 0
var state: State = State.WAITING
var step: int = 0
## 0 as long as that is not known.
var steps: int = 0
## Why it failed; null otherwise.
var diagnostic: TilebakeDiagnostic = null


## Read a PreviewView of the API. A state that is not known counts as failed.
static func read(json: Dictionary) -> TilebakePreviewView:
	var view: TilebakePreviewView = TilebakePreviewView.new()
	view.id = JsonObject.whole(json, "id")
	view.state = STATES.get(JsonObject.text(json, "state"), State.FAILED)
	view.step = JsonObject.whole(json, "step")
	view.steps = JsonObject.whole(json, "steps")
	view.diagnostic = JsonObject.diagnostic_in(json)
	return view


## Whether it waits or runs.
func is_live() -> bool:
	return state == State.WAITING or state == State.RUNNING
