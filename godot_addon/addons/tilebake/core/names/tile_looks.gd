@tool
class_name TilebakeTileLooks
extends RefCounted
## Measure what tiles look like, each atlas read and each tile measured once until its texture changes.

## Pixels along each side of a tile that are looked at.
const _SAMPLES: int = 16
## Different tiles of one atlas that are measured; a texture cut into more is a picture rather than a set of tiles.
const _MOST: int = 4096
const _SEEN: float = 0.2  # of full opacity

## The looks of each texture's tiles, by their rectangles; the texture by its instance id, so that none is kept alive.
var _looks: Dictionary[int, Dictionary] = {}
## The picture read last, and the texture that it is of: an atlas is large, so no more are kept.
var _image: Image = null
var _image_of: int = 0


## Return the look of an atlas's tile; null where its picture cannot be read, as that of a placeholder.
func of(source: TileSetAtlasSource, tile: Vector2i) -> TilebakeTileLook:
	var texture: Texture2D = source.texture
	if texture == null:
		return null
	var id: int = texture.get_instance_id()
	if not _looks.has(id):
		_looks[id] = {}
		var _error: Error = texture.changed.connect(_forget.bind(id), CONNECT_ONE_SHOT) as Error
	var known: Dictionary = _looks[id]
	var region: Rect2i = source.get_tile_texture_region(tile)
	if not known.has(region) and known.size() < _MOST:
		var image: Image = _read(texture)
		known[region] = null if image == null else _measure(image, region)
	return known.get(region)


func _read(texture: Texture2D) -> Image:
	var id: int = texture.get_instance_id()
	if _image_of != id:
		_image = TilebakeTextureImage.read(texture)
		_image_of = id
	return _image


func _forget(texture_id: int) -> void:
	var _was_known: bool = _looks.erase(texture_id)
	if _image_of == texture_id:
		_image = null
		_image_of = 0


static func _measure(image: Image, region: Rect2i) -> TilebakeTileLook:
	var part: Rect2i = region.intersection(Rect2i(Vector2i.ZERO, image.get_size()))
	var counts: Vector2i = part.size.min(Vector2i(_SAMPLES, _SAMPLES))
	var sum: Color = Color(0, 0, 0, 0)
	var squares: float = 0.0
	var seen: int = 0
	var top: Color = Color(0, 0, 0, 0)  # in which the opacity counts the pixels, roughly
	var quarters: Array[Color] = [top, top, top, top]
	for y: int in counts.y:
		for x: int in counts.x:
			var at: Vector2 = (Vector2(x, y) + Vector2(0.5, 0.5)) * Vector2(part.size) / Vector2(counts)
			var pixel: Color = image.get_pixelv(part.position + Vector2i(at))
			if pixel.a > _SEEN:
				seen += 1
				sum += pixel
				squares += pixel.get_luminance() ** 2
				quarters[int(2 * x >= counts.x) + 2 * int(2 * y >= counts.y)] += pixel
				if 4 * y < counts.y:
					top += pixel
	var all: int = counts.x * counts.y
	if seen == 0:
		return TilebakeTileLook.new(Color.BLACK, 0.0, 0.0)
	var mean: Color = sum / seen
	var spread: float = sqrt(maxf(0.0, squares / seen - mean.get_luminance() ** 2))
	var look: TilebakeTileLook = TilebakeTileLook.new(Color(mean, 1.0), spread, float(seen) / all)
	if top.a > 0.0:
		look.top = Color(top / top.a, 1.0)
	for quarter: Color in quarters:
		if quarter.a > 0.0:
			look.quarters.append(Color(quarter / quarter.a, 1.0))
	return look
