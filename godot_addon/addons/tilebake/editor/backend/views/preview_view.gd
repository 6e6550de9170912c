@tool
class_name TilebakePreviewView
extends RefCounted
## Describe the status of a preview: something painted to be looked at in the editor and never published.

const TilebakeJsonObject = preload("json_object.gd")

## Heat shows where a word works; a trial shows an edit before it is kept.
enum Kind { HEAT, TRIAL }
enum State { WAITING, RUNNING, DONE, FAILED, CANCELLED }

## The states as the API spells them.
const STATES: Dictionary[String, TilebakePreviewView.State] = {
	"waiting": TilebakePreviewView.State.WAITING,
	"running": TilebakePreviewView.State.RUNNING,
	"done": TilebakePreviewView.State.DONE,
	"failed": TilebakePreviewView.State.FAILED,
	"cancelled": TilebakePreviewView.State.CANCELLED,
}

## 0 until the backend has taken the request.
var id: int = 0
var state: TilebakePreviewView.State = TilebakePreviewView.State.WAITING
var step: int = 0
## 0 as long as that is not known.
var steps: int = 0
## Why it failed; null otherwise.
var diagnostic: TilebakeDiagnostic = null


## Read a PreviewView of the API. A state that is not known counts as failed.
static func read(json: Dictionary) -> TilebakePreviewView:
	var view: TilebakePreviewView = TilebakePreviewView.new()
	view.id = TilebakeJsonObject.whole(json, "id")
	view.state = STATES.get(TilebakeJsonObject.text(json, "state"), TilebakePreviewView.State.FAILED)
	view.step = TilebakeJsonObject.whole(json, "step")
	view.steps = TilebakeJsonObject.whole(json, "steps")
	view.diagnostic = TilebakeJsonObject.diagnostic_in(json)
	return view


## Whether it waits or runs.
func is_live() -> bool:
	return state == TilebakePreviewView.State.WAITING or state == TilebakePreviewView.State.RUNNING
