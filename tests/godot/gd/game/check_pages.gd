extends "../shared/scene_checks.gd"
## Check how the pages of a large painting follow the view, in the engine without the editor.
##
## res://baked/map.png is a picture of 1000 by 200 pixels, cut into 16 by 4 pages of 64 pixels. red.json and blue.json are
## the records of two bakes of it: all is red or blue, but for the first page, which is red in both.

const PICTURE: String = "res://baked/map.png"
const ALL: Rect2 = Rect2(0, 0, 1000, 200)
const VIEW: Rect2 = Rect2(0, 0, 100, 60)
const FAR: Rect2 = Rect2(800, 0, 60, 60)
const FRAMES: int = 500  # more than loading takes


func test_pages_as_a_texture() -> void:
	var pages: TilebakePagedTexture = _open("red")
	check("pages are a texture of the whole picture's size", pages.get_size() == ALL.size)
	check("pages know where they lie", pages.bounds() == Rect2(-10, 0, 500, 100))
	check("nothing is loaded before there is a view", pages.held() == 0)
	check("what is nowhere is no texture", TilebakePagedTexture.open("res://none.png") == null)


func test_pages_near_the_view() -> void:
	var pages: TilebakePagedTexture = _open("red")
	pages.follow(VIEW, 0, true)
	check("pages in view are there at once, if one waits for them", pages.held() == 2)
	await _settle(pages, VIEW)
	check("pages around the view are loaded beforehand", pages.held() == 6)
	await _settle(pages, FAR)
	check("pages near the view are loaded, and those far from it are freed", pages.held() == 8)


func test_small_pages() -> void:
	var pages: TilebakePagedTexture = _open("red")
	pages.follow(ALL, 2, true)
	check("all pages in view are there", pages.held() == 64)
	check("pages that are seen small are held small", _size_of_first(pages) == Vector2(16, 16))
	pages.follow(VIEW, 0, true)
	check("pages that are seen large have all their pixels", _size_of_first(pages) == Vector2(64, 64))


func test_newer_bake() -> void:
	var pages: TilebakePagedTexture = _open("red")
	await _settle(pages, VIEW)
	pages.take(_open("blue") as TilebakePagedTexture)
	pages.follow(VIEW, 0, false)
	check("a bake is shown until the newer one is loaded", _colours(pages) == [Color.RED])
	var seen: Array[Array] = []
	var _error: Error = pages.changed.connect(func() -> void: seen.append(_colours(pages))) as Error
	await _settle(pages, VIEW)
	check("the newer bake is shown in the end", pages.is_complete(VIEW) and _colours(pages) == [Color.BLUE])
	check("pages of two bakes are never shown together",
		seen.all(func(colours: Array) -> bool: return colours.size() <= 1))


func test_broken_pages() -> void:
	var pages: TilebakePagedTexture = _open("broken")
	pages.follow(ALL, 0, true)
	check("a page that leads out of its folder is none", pages._shown.paths.size() == 63)
	check("a page that is missing leaves the others", _colours(pages) == [Color.RED])
	await _settle(pages, ALL)
	check("nobody waits for a missing page", pages.is_complete(ALL))


func test_painting_of_pages() -> void:
	var _pages: TilebakePagedTexture = _open("red")
	var painting: BakedTileMap = BakedTileMap.new()
	painting.picture = PICTURE
	root.add_child(painting)
	check("a painting shows the pages of its picture", painting.texture is TilebakePagedTexture)
	check("they lie over the map's bounds", painting.transform * painting.get_rect() == Rect2(-10, 0, 500, 100))
	await process_frame
	await process_frame
	check("the pages in view are there in the first frames", (painting.texture as TilebakePagedTexture).held() > 0)
	painting.free()


## Return the picture of one of the bakes.
func _open(bake: String) -> TilebakePagedTexture:
	var error: Error = DirAccess.copy_absolute("res://baked/%s.json" % bake, "res://baked/map.bake.json")
	assert(error == OK)
	return TilebakePagedTexture.open(PICTURE) as TilebakePagedTexture


## Wait until all that is wanted at a view is loaded.
func _settle(pages: TilebakePagedTexture, view: Rect2) -> void:
	pages.follow(view, 0, false)
	for frame: int in FRAMES:
		await process_frame
		pages.follow(view, 0, false)
		if not pages._store.is_loading() and pages.is_complete(view):
			return


## Return the colours of the pages that are shown, but for the first.
func _colours(pages: TilebakePagedTexture) -> Array[Color]:
	var found: Array[Color] = []
	for path: String in pages._shown.paths.slice(1):
		var texture: Texture2D = pages._store.texture_of(path)
		var colour: Color = Color.RED if texture == null else texture.get_image().get_pixel(0, 0)
		if texture != null and not colour in found:
			found.append(colour)
	return found


func _size_of_first(pages: TilebakePagedTexture) -> Vector2:
	return pages._store.texture_of(pages._shown.paths[0]).get_size()
