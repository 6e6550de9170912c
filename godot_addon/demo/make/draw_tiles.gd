extends SceneTree
## Draws the demo's tiles: one row a terrain, four variants each, cut to the shape of each grid.
##
## godot --headless --path godot_addon -s demo/make/draw_tiles.gd

const VARIANTS: int = 4
const FOLDER: String = "res://demo/tiles"

## Each terrain's ground, its shade, its light, and the colour of its marks.
var palettes: Dictionary[String, PackedColorArray] = {
	"grass": PackedColorArray([Color8(104, 159, 76), Color8(90, 143, 68), Color8(122, 176, 88), Color8(157, 201, 108)]),
	"forest": PackedColorArray([Color8(44, 92, 58), Color8(32, 72, 50), Color8(58, 112, 66), Color8(84, 140, 78)]),
	"water": PackedColorArray([Color8(62, 126, 184), Color8(54, 112, 170), Color8(74, 142, 198), Color8(150, 202, 230)]),
	"sand": PackedColorArray([Color8(222, 196, 132), Color8(208, 180, 116), Color8(232, 210, 152), Color8(186, 156, 98)]),
	"path": PackedColorArray([Color8(150, 114, 78), Color8(134, 100, 68), Color8(166, 130, 92), Color8(112, 82, 58)]),
}
## Each shape: the size of a tile.
const SHAPES: Dictionary[String, Vector2i] = {
	"square": Vector2i(32, 32), "isometric": Vector2i(64, 32), "hex": Vector2i(32, 36)
}


func _initialize() -> void:
	var _made: Error = DirAccess.make_dir_recursive_absolute(ProjectSettings.globalize_path(FOLDER))
	for shape: String in SHAPES:
		var path: String = "%s/%s.png" % [FOLDER, shape]
		var error: Error = _atlas(shape, SHAPES[shape]).save_png(path)
		print("%s: %s" % [path, error_string(error)])
	quit()


func _atlas(shape: String, size: Vector2i) -> Image:
	var atlas: Image = Image.create_empty(size.x * VARIANTS, size.y * palettes.size(), false, Image.FORMAT_RGBA8)
	var row: int = 0
	for terrain: String in palettes:
		for variant: int in VARIANTS:
			var tile: Image = _tile(terrain, variant, size)
			_cut(tile, shape)
			atlas.blit_rect(tile, Rect2i(Vector2i.ZERO, size), Vector2i(variant * size.x, row * size.y))
		row += 1
	return atlas


func _tile(terrain: String, variant: int, size: Vector2i) -> Image:
	var palette: PackedColorArray = palettes[terrain]
	var dice: RandomNumberGenerator = RandomNumberGenerator.new()
	dice.seed = hash("%s %d %s" % [terrain, variant, size])
	var tile: Image = Image.create_empty(size.x, size.y, false, Image.FORMAT_RGBA8)
	tile.fill(palette[0])
	for patch: int in int(size.x * size.y / 40.0):
		var where: Vector2i = Vector2i(dice.randi_range(0, size.x), dice.randi_range(0, size.y))
		var extent: Vector2i = Vector2i(dice.randi_range(2, 5), dice.randi_range(1, 2))
		_fill(tile, Rect2i(where, extent), palette[1 + patch % 2])
	for mark: int in int(size.x * size.y / (90.0 if terrain == "forest" else 180.0)):
		var where: Vector2i = Vector2i(dice.randi_range(2, size.x - 7), dice.randi_range(2, size.y - 6))
		_mark(tile, terrain, where, palette)
	return tile


func _mark(tile: Image, terrain: String, at: Vector2i, palette: PackedColorArray) -> void:
	var colour: Color = palette[3]
	match terrain:
		"grass":
			_fill(tile, Rect2i(at, Vector2i(1, 2)), colour)
			_fill(tile, Rect2i(at + Vector2i(2, -1), Vector2i(1, 3)), colour)
		"forest":
			_fill(tile, Rect2i(at + Vector2i(-1, 0), Vector2i(8, 6)), palette[1])
			_fill(tile, Rect2i(at + Vector2i(0, -1), Vector2i(6, 5)), palette[2])
			_fill(tile, Rect2i(at + Vector2i(1, -1), Vector2i(3, 2)), colour)
		"water":
			_fill(tile, Rect2i(at, Vector2i(3, 1)), colour)
			_fill(tile, Rect2i(at + Vector2i(3, 1), Vector2i(3, 1)), colour)
		"sand":
			_fill(tile, Rect2i(at, Vector2i.ONE), colour)
		"path":
			_fill(tile, Rect2i(at + Vector2i(0, 1), Vector2i(4, 2)), colour)
			_fill(tile, Rect2i(at, Vector2i(3, 2)), palette[2])


func _fill(tile: Image, rect: Rect2i, colour: Color) -> void:
	tile.fill_rect(rect.intersection(Rect2i(Vector2i.ZERO, tile.get_size())), colour)


## Leaves the corners of a tile that is no rectangle transparent.
func _cut(tile: Image, shape: String) -> void:
	var size: Vector2 = tile.get_size()
	for y: int in tile.get_height():
		for x: int in tile.get_width():
			var off: Vector2 = ((Vector2(x, y) + Vector2(0.5, 0.5)) / size * 2.0 - Vector2.ONE).abs()
			if not _covers(shape, off):
				tile.set_pixel(x, y, Color.TRANSPARENT)


## Whether a shape covers the point that lies [param off] from its centre, 1 being its edges.
func _covers(shape: String, off: Vector2) -> bool:
	match shape:
		"isometric":
			return off.x + off.y <= 1.03
		"hex":
			return off.y <= 1.03 - off.x * 0.5
	return true
