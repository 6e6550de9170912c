@tool
extends RefCounted
## Tell which part of a picture is in view, and how small its pixels are there.


## Return the part of a sprite's picture that its viewport shows, in pixels of the picture; it may reach beyond the picture.
static func area_of(sprite: Sprite2D) -> Rect2:
	var seen: Rect2 = _to_screen(sprite).affine_inverse() * sprite.get_viewport().get_visible_rect()
	return Rect2(seen.position - sprite.get_rect().position, seen.size)


## Return how often the picture can be halved until its pixels are as large as the screen's, or a little smaller.
static func halvings_of(sprite: Sprite2D) -> int:
	var scale: Vector2 = _to_screen(sprite).get_scale().abs()
	var largest: float = maxf(scale[scale.max_axis_index()], 0.001)
	return maxi(0, floori(log(1.0 / largest) / log(2.0)))


static func _to_screen(sprite: Sprite2D) -> Transform2D:
	return sprite.get_viewport().global_canvas_transform * sprite.get_global_transform_with_canvas()
