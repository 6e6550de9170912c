@tool
class_name TilebakeKnownWords
extends RefCounted
## Know the words that the model which comes with tilebake understands, and what its terrains look like.

## Words in a name that say what it is a part of, and not what its tiles show.
const _EMPTY: PackedStringArray = [
	"atlas", "autotile", "autotiles", "background", "base", "bg", "castle", "city", "collection", "dungeon", "fg", "foreground", "house",
	"layer", "layers", "level", "levels", "map", "maps", "pack", "room", "set", "sheet", "sprite", "sprites", "spritesheet", "temple",
	"terrain", "terrains", "tile", "tilemap", "tiles", "tileset", "tilesets", "town", "tx", "village", "world",
]
## Words that say where a tile is used more than what it shows: the ground may be of anything.
const _WEAK: PackedStringArray = ["boden", "ground", "sol", "suelo"]
## Those of what people have built.
const _BUILT: PackedStringArray = [
	"building", "buildings", "floor", "floors", "mauer", "mauern", "wall", "walls", "wand", "wände",
]
## Words for places: much of what lies there is something else.
const _PLACES: PackedStringArray = [
	"beach", "cave", "caves", "desert", "farm", "forest", "garden", "graveyard", "höhle", "insel", "island", "jungle", "lake",
	"mountain", "mountains", "park", "strand", "swamp", "volcano", "wald", "wüste",
]
const _LONGEST_PHRASE: int = 3
## Colours that tiles have where the model paints others in the mean: its lava has a dark crust, and is as brown as earth.
const _COLOURS_OF_TILES: Dictionary[String, Color] = {"lava": Color(0.85, 0.38, 0.12)}

## The mean colour and roughness of each terrain, by the first of its nouns.
var looks: Dictionary[String, TilebakeTileLook] = {}

## The noun that stands for a word or phrase in lower case: itself, where the model knows it.
var _nouns: Dictionary[String, String] = {}
var _main: Dictionary[String, String] = {}  # the first noun for the same terrain


func _init() -> void:
	var file: TilebakeWordsFile = TilebakeWordsFile.new()
	for terrain: String in file.terrains:
		_learn(file.nouns_of(terrain), file.terrains[terrain])
	for word: String in file.synonyms:
		_nouns.get_or_add(word.to_lower(), file.synonyms[word])


## Return the noun that the words of a name mean, as the model knows it; empty where it knows none of them. Of several
## the longest counts, and of these the last: a "sand path" is a path. A wall or a floor alone is one where
## [param weak] words count too.
func noun_in(words: PackedStringArray, weak: bool = false) -> String:
	for length: int in range(mini(_LONGEST_PHRASE, words.size()), 0, -1):
		for start: int in range(words.size() - length, -1, -1):
			var phrase: String = " ".join(words.slice(start, start + length))
			var noun: String = _noun_of(phrase) if weak or not (phrase in _WEAK or phrase in _BUILT) else ""
			if not noun.is_empty():
				return noun
	return ""


## Whether some words name a place.
static func has_place(words: PackedStringArray) -> bool:
	return Array(words).any(func(word: String) -> bool: return word in _PLACES)


## Whether some words name what people have built.
static func has_built(words: PackedStringArray) -> bool:
	return Array(words).any(func(word: String) -> bool: return word in _BUILT)


## Return the first noun for the terrain that a noun stands for.
func main_noun_of(noun: String) -> String:
	return _main.get(noun, noun)


func _noun_of(phrase: String) -> String:
	if phrase in _EMPTY:
		return ""
	var found: String = _nouns.get(phrase, "")
	for ending: String in ["s", "es", "n", "en", "e"]:
		if found.is_empty() and phrase.length() > ending.length() + 2:
			found = _nouns.get(phrase.trim_suffix(ending), "")
	return found


func _learn(nouns: PackedStringArray, terrain: Dictionary) -> void:
	var first: String = nouns[0]
	for noun: String in nouns:
		_nouns[noun.to_lower()] = noun
		_main[noun] = first
	var roughness: float = terrain["roughness"]
	var colour: Color = _COLOURS_OF_TILES.get(first, Color(str(terrain["colour"])))
	looks[first] = TilebakeTileLook.new(colour, roughness, 1.0)
