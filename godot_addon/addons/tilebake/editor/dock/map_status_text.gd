@tool
extends RefCounted
## MapStatusText: how the states of maps and jobs are said and shown.

const ICONS: Dictionary[String, StringName] = {
	"up to date": &"StatusSuccess",
	"stale": &"StatusWarning",
	"waiting": &"Time",
	"baking": &"Progress1",
	"failed": &"StatusError",
}
const COLOURS: Dictionary[String, StringName] = {
	"stale": &"warning_color", "failed": &"error_color", "baking": &"accent_color"
}


## A map's name as people call it: "maps/caves/deep.tilebake.json" is "caves/deep".
static func name_of(map_id: String) -> String:
	var inside: String = map_id.substr(map_id.find("/") + 1)
	return inside.trim_suffix(".json").trim_suffix(".tilebake")


## How a map stands, in a word or two.
static func state_of(view: Dictionary) -> String:
	return str(view.get("state", "stale"))


static func icon_of(state: String) -> StringName:
	return ICONS.get(state, &"StatusWarning")


static func colour_of(state: String) -> StringName:
	return COLOURS.get(state, &"")


## What more there is to say of a map: why it is stale, or what is wrong with it.
static func more_of(view: Dictionary) -> String:
	var mistake: TilebakeMistake = TilebakeMistake.of(view)
	return mistake.words() if mistake != null else str(view.get("reason", ""))


## A time that is left: "about 40 s left", "about 3 min left".
static func time_left(seconds: float) -> String:
	if seconds < 1.0:
		return "nearly done"
	return "about %d s left" % ceili(seconds) if seconds < 90.0 else "about %d min left" % roundi(seconds / 60.0)
