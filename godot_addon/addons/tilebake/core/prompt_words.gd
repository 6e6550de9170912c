@tool
class_name TilebakePromptWords
extends RefCounted
## The words of a prompt, as the backend parts them, and where a BakedTileMap's prompts come from.

const _WORD: String = "(*UCP)\\w+(?:['’-]\\w+)*"
## "(mossy:1.4) stone" is read "mossy stone".
const _WEIGHT: String = ":\\s*[+-]?[\\d.]+\\s*(?=\\))"
## Words that have no look of their own.
const _SMALL: PackedStringArray = [
	"a", "an", "and", "as", "at", "by", "for", "from", "in", "into", "is", "its", "no", "of", "on", "or", "some", "that",
	"the", "to", "very", "with", "without",
]


## Each word that may have a look, once, in small letters and in order.
static func of(prompt: String) -> PackedStringArray:
	var words: PackedStringArray = []
	var bare: String = RegEx.create_from_string(_WEIGHT).sub(prompt, "", true)
	for found: RegExMatch in RegEx.create_from_string(_WORD).search_all(bare):
		var word: String = found.get_string().to_lower()
		if word not in words and word not in _SMALL:
			words += PackedStringArray([word])
	return words


## What a terrain looks like: as the node says, else as tilebake.toml does; empty where neither does.
static func prompt_of(baked: BakedTileMap, terrain: String) -> String:
	var look: TilebakeTerrain = baked.terrains.get(terrain)
	var own: String = look.prompt.strip_edges() if look != null else ""
	if not own.is_empty():
		return own
	var shared: String = TilebakeProjectFile.above("res://").terrains.get(terrain, "")
	return shared.strip_edges()
