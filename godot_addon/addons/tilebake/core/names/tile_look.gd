@tool
class_name TilebakeTileLook
extends RefCounted
## Describe what a tile looks like, by a few figures.

const _ROUGH: float = 0.2  # of a colour's weight: tiles are smoother than what is painted

## The mean of what is not transparent.
var colour: Color
## The standard deviation of its lightness, from 0 to 0.5.
var roughness: float
## The share of its picture that is not transparent.
var opaque: float
## The mean colour of its upper quarter, where that is not transparent: grass may grow on earth there.
var top: Color
## The mean colours of its four quarters, without those that are transparent: a piece of a shore has two grounds.
var quarters: Array[Color] = []

var _lab: Vector3


func _init(the_colour: Color, the_roughness: float, the_share: float) -> void:
	colour = the_colour
	roughness = the_roughness
	opaque = the_share
	top = colour
	_lab = _to_oklab(colour)


## Return how far another look is from this one, as the eye sees it: about 0.02 can just be told apart, black and
## white are 1 apart. Colour counts most; roughness tells sand from a wall of the same colour.
func distance_to(other: TilebakeTileLook) -> float:
	return _lab.distance_to(other._lab) + _ROUGH * absf(roughness - other.roughness)


## Return the look of its parts with one of their colours.
func of_part(colour_of_it: Color) -> TilebakeTileLook:
	return TilebakeTileLook.new(colour_of_it, roughness, 1.0)


## Return its lightness, from 0 to 1.
func lightness() -> float:
	return _lab.x


## Convert a colour to OKLab (Björn Ottosson, 2020), with its two axes of hue stretched: tiles differ in hue more
## than in lightness, which games vary for shade.
static func _to_oklab(srgb: Color) -> Vector3:
	var light: Color = srgb.srgb_to_linear()
	var l: float = pow(0.4122214708 * light.r + 0.5363325363 * light.g + 0.0514459929 * light.b, 1.0 / 3.0)
	var m: float = pow(0.2119034982 * light.r + 0.6806995451 * light.g + 0.1073969566 * light.b, 1.0 / 3.0)
	var s: float = pow(0.0883024619 * light.r + 0.2817188376 * light.g + 0.6299787005 * light.b, 1.0 / 3.0)
	return Vector3(
		0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
		2.0 * (1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s),
		2.0 * (0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s),
	)
