@tool
class_name TilebakePagedTexture
extends Texture2D
## Show the pages of a large painting as one texture, and hold only those near the view.
##
## The pages of a newer bake take the place of all others at once, as soon as those in view are loaded. So what is shown is
## always of one bake.

const TilebakePageStore = preload("page_store.gd")

## So many pages around the view are loaded beforehand, and so many are kept.
const LOADED: int = 1
const KEPT: int = 2

var _shown: TilebakePageManifest
var _next: TilebakePageManifest = null  # of a newer bake, while its pages are loaded
var _store: TilebakePageStore = TilebakePageStore.new()
var _followed: Array = []  # what was followed last


## Return a painting as a texture, of pages or of one imported picture; null where there is none.
static func open(texture_path: String) -> Texture2D:
	var manifest: TilebakePageManifest = TilebakePageManifest.read(texture_path)
	if manifest == null:
		return load(texture_path) as Texture2D if ResourceLoader.exists(texture_path) else null
	var paged: TilebakePagedTexture = TilebakePagedTexture.new()
	paged._shown = manifest
	return paged


## Show the pages of another bake as soon as they are loaded.
func take(newer: TilebakePagedTexture) -> void:
	_next = null if newer._shown.is_same_as(_shown) else newer._shown


## Return where that lies which is shown, in map pixels.
func bounds() -> Rect2:
	return _shown.bounds


## Return how many pages are held.
func held() -> int:
	return _store.count()


## Whether all pages in view are shown, and no newer ones are to take their place.
func is_complete(view: Rect2) -> bool:
	return _next == null and _store.has_all(_shown.paths_in(_shown.to_map(view), 0))


## Load what is near a view, given in pixels of the picture, and free what is far from it. A page is wanted in a size that
## is halved so many times. With [param waits], what is in view is there at once.
func follow(view: Rect2, halvings: int, waits: bool) -> void:
	var area: Rect2 = _shown.to_map(view)
	var latest: TilebakePageManifest = _shown if _next == null else _next
	var has_changed: bool = _store.collect()
	var followed: Array = [latest, view, halvings]
	if followed == _followed and not has_changed and not _store.is_loading():
		return
	_followed = followed
	if waits:
		_store.load_now(latest.paths_in(area, 0), halvings)
		has_changed = true
	if _next != null and _store.has_all(_next.paths_in(area, 0)):
		_shown = _next
		_next = null
		has_changed = true
	_store.request(latest.paths_in(area, LOADED), halvings)
	var kept: PackedStringArray = _shown.paths_in(area, KEPT) + latest.paths_in(area, KEPT)
	has_changed = _store.keep(kept) or has_changed
	if has_changed:
		emit_changed()


func _get_width() -> int:
	return _shown.size.x


func _get_height() -> int:
	return _shown.size.y


func _has_alpha() -> bool:
	return true


func _draw(to: RID, pos: Vector2, modulate: Color, transpose: bool) -> void:
	_draw_rect(to, Rect2(pos, get_size()), false, modulate, transpose)


func _draw_rect(to: RID, rect: Rect2, _tile: bool, modulate: Color, transpose: bool) -> void:
	_draw_rect_region(to, rect, Rect2(Vector2.ZERO, get_size()), modulate, transpose, false)


func _draw_rect_region(
	to: RID, rect: Rect2, source: Rect2, modulate: Color, transpose: bool, _clip_uv: bool
) -> void:
	var place: Transform2D = Transform2D(0.0, rect.size / source.size, 0.0, rect.position)
	for page: int in _shown.paths.size():
		var texture: Texture2D = _store.texture_of(_shown.paths[page])
		if texture != null:
			var area: Rect2 = _shown.areas[page]
			area.position -= source.position
			texture.draw_rect(to, place * area, false, modulate, transpose)
