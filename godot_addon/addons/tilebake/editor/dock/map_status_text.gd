@tool
extends RefCounted
## Turn the states of maps and jobs into text, icons and colours.

const ICONS: Dictionary[TilebakeMapView.State, StringName] = {
	TilebakeMapView.State.UP_TO_DATE: &"StatusSuccess",
	TilebakeMapView.State.STALE: &"StatusWarning",
	TilebakeMapView.State.WAITING: &"Time",
	TilebakeMapView.State.BAKING: &"Progress1",
	TilebakeMapView.State.FAILED: &"StatusError",
}
const COLOURS: Dictionary[TilebakeMapView.State, StringName] = {
	TilebakeMapView.State.STALE: &"warning_color",
	TilebakeMapView.State.FAILED: &"error_color",
	TilebakeMapView.State.BAKING: &"accent_color",
}


## Return a map's name as people call it: "maps/caves/deep.tilebake.json" is "caves/deep".
static func name_of(map_id: String) -> String:
	var inside: String = map_id.substr(map_id.find("/") + 1)
	return inside.trim_suffix(".json").trim_suffix(".tilebake")


static func icon_of(map: TilebakeMapView) -> StringName:
	if map.state == TilebakeMapView.State.UP_TO_DATE and not map.notes.is_empty():
		return &"NodeWarning"
	return ICONS.get(map.state, &"StatusWarning")


## Return the editor's name of a colour; empty where the text has the usual one.
static func colour_of(state: TilebakeMapView.State) -> StringName:
	return COLOURS.get(state, &"")


## Return why a map is stale, or what is wrong with it; empty where there is no more to say.
static func reason_of(map: TilebakeMapView) -> String:
	return map.diagnostic.summary() if map.diagnostic != null else map.reason


## Return what the author of a map should know, a line each; empty where there is nothing.
static func notes_of(map: TilebakeMapView) -> String:
	return "\n".join(map.notes.map(func(note: TilebakeDiagnostic) -> String: return note.summary()))


## Return the time that is left in words: "about 40 s left", "about 3 min left".
static func time_left(seconds: float) -> String:
	if seconds < 1.0:
		return "nearly done"
	return "about %d s left" % ceili(seconds) if seconds < 90.0 else "about %d min left" % roundi(seconds / 60.0)
