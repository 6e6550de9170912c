@tool
class_name TilebakeDrawnTile
extends RefCounted
## Hold one kind of tile as its layer draws it: cut from its atlas, transposed, flipped and tinted.

const _FULL: int = 255

## Where it lies around the centre of its cell, in its layer's space.
var rect: Rect2
var z_index: int
var y_sort_origin: int

var _image: Image
## The picture at each size that was drawn, and whether it has holes or is half transparent.
var _sized: Dictionary[Vector2i, Image] = {}
var _alphas: Dictionary[Vector2i, Image.AlphaMode] = {}


## Take a tile of an atlas, and the atlas's picture. [param place] is the layer's place on the map, whose tiles may be
## mirrored or turned by quarters; [param tint] is the layer's colour.
func _init(source: TileSetAtlasSource, tile: Vector2i, alternative: int, atlas: Image, place: Transform2D, tint: Color) -> void:
	var data: TileData = source.get_tile_data(tile, alternative)
	z_index = data.z_index
	y_sort_origin = data.y_sort_origin
	var region: Rect2i = source.get_tile_texture_region(tile)
	_image = Image.create_empty(region.size.x, region.size.y, false, Image.FORMAT_RGBA8)
	_image.blit_rect(atlas, region, Vector2i.ZERO)
	_tint(data.modulate * tint)
	_turn(data.transpose, data.flip_h, data.flip_v)
	var size: Vector2 = _image.get_size()
	rect = Rect2(-size / 2.0 - Vector2(data.texture_origin), size)
	_turn_cell(alternative)
	var is_on_its_side: bool = absf(place.x.y) > absf(place.x.x)
	var across: float = place.y.x if is_on_its_side else place.x.x
	var down: float = place.x.y if is_on_its_side else place.y.y
	_turn(is_on_its_side, across < 0.0, down < 0.0)


## Draw it over a picture in RGBA8, scaled to a place of the picture.
func draw_on(picture: Image, place: Rect2i) -> void:
	if not place.has_area():
		return
	if not _sized.has(place.size):
		_sized[place.size] = _scale(place.size)
		_alphas[place.size] = _sized[place.size].detect_alpha()
	var image: Image = _sized[place.size]
	var whole: Rect2i = Rect2i(Vector2i.ZERO, place.size)
	match _alphas[place.size]:  # blending alone would do, but rounds
		Image.ALPHA_NONE:
			picture.blit_rect(image, whole, place.position)
		Image.ALPHA_BIT:
			picture.blit_rect_mask(image, image, whole, place.position)
		_:
			picture.blend_rect(image, whole, place.position)


func _tint(tint: Color) -> void:
	if tint == Color.WHITE:
		return
	var shares: PackedFloat32Array = [tint.r, tint.g, tint.b, tint.a]
	var bytes: PackedByteArray = _image.get_data()
	for index: int in bytes.size():
		bytes[index] = clampi(roundi(bytes[index] * shares[index % shares.size()]), 0, _FULL)
	_image.set_data(_image.get_width(), _image.get_height(), false, Image.FORMAT_RGBA8, bytes)


## Turn it with its place around the middle of its cell, as the flags in an alternative's number say.
func _turn_cell(alternative: int) -> void:
	var is_transposed: bool = bool(alternative & TileSetAtlasSource.TRANSFORM_TRANSPOSE)
	var flips: Vector2 = Vector2(
		-1.0 if alternative & TileSetAtlasSource.TRANSFORM_FLIP_H else 1.0,
		-1.0 if alternative & TileSetAtlasSource.TRANSFORM_FLIP_V else 1.0,
	)
	_turn(is_transposed, flips.x < 0.0, flips.y < 0.0)
	var across: Vector2 = Vector2(0.0, flips.y) if is_transposed else Vector2(flips.x, 0.0)
	var down: Vector2 = Vector2(flips.x, 0.0) if is_transposed else Vector2(0.0, flips.y)
	rect = Transform2D(across, down, Vector2.ZERO) * rect


func _turn(is_transposed: bool, flips_x: bool, flips_y: bool) -> void:
	if is_transposed:
		_image.rotate_90(CLOCKWISE)
		_image.flip_x()
	if flips_x:
		_image.flip_x()
	if flips_y:
		_image.flip_y()


## Scale it: whole pixels where it grows, means where it shrinks.
func _scale(size: Vector2i) -> Image:
	if size == _image.get_size():
		return _image
	var scaled: Image = _image.duplicate()
	var shrinks: bool = size.x < scaled.get_width() or size.y < scaled.get_height()
	if shrinks:
		scaled.fix_alpha_edges()  # or the colour under holes would show around them
	scaled.resize(size.x, size.y, Image.INTERPOLATE_TRILINEAR if shrinks else Image.INTERPOLATE_NEAREST)
	scaled.clear_mipmaps()
	return scaled
