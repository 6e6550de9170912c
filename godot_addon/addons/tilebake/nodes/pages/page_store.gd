@tool
extends RefCounted
## Hold the pages that are wanted, by their paths, and load them on threads, a few at a time.

const TilebakePage = preload("page.gd")

const AT_ONCE: int = 2  # one page of 4096 by 4096 pixels takes 64 MB

var _pages: Dictionary[String, TilebakePage] = {}
var _loading: Dictionary[String, TilebakePage] = {}


func _notification(what: int) -> void:
	if what == NOTIFICATION_PREDELETE:
		for page: TilebakePage in _loading.values():
			page.wait()


## Take what threads have loaded. Returns whether there is any.
func collect() -> bool:
	var loaded: Array[String] = _loading.keys().filter(func(path: String) -> bool: return _loading[path].is_loaded())
	for path: String in loaded:
		_finish(path)
	return not loaded.is_empty()


## Start to load what is not held yet, or is held in another size, the first paths first.
func request(paths: PackedStringArray, halvings: int) -> void:
	for path: String in paths:
		if _loading.size() < AT_ONCE and not _has(path, halvings):
			_start(path, halvings)


## Load what is not held yet, and wait for it.
func load_now(paths: PackedStringArray, halvings: int) -> void:
	for path: String in paths:
		if not _has(path, halvings):
			_start(path, halvings)
	for path: String in _loading.keys():
		_finish(path)


## Free all other pages. Returns whether there was any.
func keep(paths: PackedStringArray) -> bool:
	var far: Array[String] = _pages.keys().filter(func(path: String) -> bool: return not path in paths)
	for path: String in far:
		var _was_held: bool = _pages.erase(path)
	return not far.is_empty()


## Whether all of these are held, in whatever size.
func has_all(paths: PackedStringArray) -> bool:
	return _pages.has_all(Array(paths))


## Return a page's texture; null where it is not held, or cannot be read.
func texture_of(path: String) -> Texture2D:
	return _pages[path].texture if path in _pages else null


func is_loading() -> bool:
	return not _loading.is_empty()


## Return how many pages are held.
func count() -> int:
	return _pages.size()


func _has(path: String, halvings: int) -> bool:
	return path in _loading or (path in _pages and _pages[path].halvings == halvings)


func _start(path: String, halvings: int) -> void:
	_loading[path] = TilebakePage.new(path, halvings)


func _finish(path: String) -> void:
	_loading[path].wait()
	_pages[path] = _loading[path]
	var _was_there: bool = _loading.erase(path)
