@tool
class_name TilebakePromptWords
extends RefCounted
## Split prompts into words as the backend does, and find the prompts of a BakedTileMap's terrains.

const _WORD: String = "(*UCP)\\w+(?:['’-]\\w+)*"
## The weight in "(mossy:1.4) stone", which is no word.
const _WEIGHT: String = ":\\s*[+-]?[\\d.]+\\s*(?=\\))"
## Function words, which nothing in a picture shows.
const _SMALL: PackedStringArray = [
	"a", "an", "and", "as", "at", "by", "for", "from", "in", "into", "is", "its", "no", "of", "on", "or", "some", "that",
	"the", "to", "very", "with", "without",
]


## Return the words of a prompt in lower case, each once and in order, without function words.
static func split(prompt: String) -> PackedStringArray:
	var words: PackedStringArray = []
	var bare: String = RegEx.create_from_string(_WEIGHT).sub(prompt, "", true)
	for found: RegExMatch in RegEx.create_from_string(_WORD).search_all(bare):
		var word: String = found.get_string().to_lower()
		if word not in words and word not in _SMALL:
			words += PackedStringArray([word])
	return words


## Return a terrain's prompt: the node's, else that of tilebake.toml, else its name.
static func prompt_of(baked: BakedTileMap, terrain: String) -> String:
	var described: TilebakeTerrain = baked.terrains.get(terrain)
	var own: String = described.prompt.strip_edges() if described != null else ""
	return prompt_without(terrain) if own.is_empty() else own


## Return the prompt of a terrain that no node describes: that of tilebake.toml, else its name.
static func prompt_without(terrain: String) -> String:
	var shared: Dictionary[String, String] = TilebakeProjectFile.find("res://").terrains
	return shared[terrain].strip_edges() if terrain in shared else TilebakeNameWords.to_prompt(terrain)
