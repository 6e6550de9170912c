@tool
class_name TilebakePromptAdvice
extends RefCounted
## Tell which prompts the model that comes with tilebake was not taught to paint, and the nearest words that it was.
##
## The backend tells more of them, for every model that says what it knows; this is told while somebody types.

const _LONGEST_PHRASE: int = 5  # words
const _NAMED: int = 3  # nouns
## Kanji and kana, which are written without spaces.
const _UNSPACED: String = "[\\x{3040}-\\x{30ff}\\x{3400}-\\x{9fff}]"

var _terrain_of: Dictionary[String, String] = {}  # of each noun, in lower case
var _file: TilebakeWordsFile = TilebakeWordsFile.new()


func _init() -> void:
	for terrain: String in _file.terrains:
		for noun: String in _file.nouns_of(terrain):
			_terrain_of[noun.to_lower()] = terrain


## Whether the project is painted by the model that comes with tilebake.
static func is_due(project: TilebakeProjectFile) -> bool:
	return project.model in ["", "embedded"]


## Return what to tell of a prompt; empty for nothing.
func about(prompt: String) -> String:
	var words: PackedStringArray = TilebakePromptWords.split(prompt)
	if words.is_empty():
		return ""
	var unknown: String = _unknown_in(words)
	var known: PackedStringArray = _nouns_in(words if unknown.is_empty() else TilebakePromptWords.split(unknown))
	if unknown.is_empty():
		return "" if not known.is_empty() else "The embedded model knows no noun in this prompt."
	if unknown in _file.unlike_any:
		return "" if not _nouns_in(words).is_empty() else _unknown_text(unknown, "Nothing that it knows looks like it.")
	var noun: String = _file.synonyms[unknown]
	if known.is_empty() and not _nouns_in(words).is_empty() or Array(known).any(_is_like.bind(noun)):
		return ""
	return _unknown_text(unknown, "Nearest that it knows: %s." % ", ".join(_near(noun)))


static func _unknown_text(unknown: String, nearest: String) -> String:
	return "“%s” is unknown to the embedded model. %s" % [unknown, nearest]


func _is_like(noun: String, other: String) -> bool:
	return _terrain_of[noun.to_lower()] == _terrain_of[other.to_lower()]


## Return the longest phrase among some words that stands for a noun, the last of equally long ones; empty if none does.
func _unknown_in(words: PackedStringArray) -> String:
	for length: int in range(mini(_LONGEST_PHRASE, words.size()), 0, -1):
		for start: int in range(words.size() - length, -1, -1):
			var phrase: String = " ".join(words.slice(start, start + length))
			if phrase in _file.synonyms or phrase in _file.unlike_any:
				return phrase
	var longest: String = ""
	if RegEx.create_from_string(_UNSPACED).search("".join(words)) != null:
		for word: String in _file.synonyms:
			if word.length() > longest.length() and word.unicode_at(0) > 0x3040 and "".join(words).contains(word):
				longest = word
	return longest


## Return the nouns among some words that the model was taught.
func _nouns_in(words: PackedStringArray) -> PackedStringArray:
	var nouns: PackedStringArray = []
	for start: int in words.size():
		for end: int in range(start + 1, words.size() + 1):
			var phrase: String = " ".join(words.slice(start, end))
			if phrase in _terrain_of:
				nouns += PackedStringArray([phrase])
	return nouns


## Return a noun, followed by others for its terrain.
func _near(noun: String) -> PackedStringArray:
	var nouns: PackedStringArray = [noun]
	for other: String in _file.nouns_of(_terrain_of[noun.to_lower()]):
		if other != noun:
			nouns += PackedStringArray([other])
	return nouns.slice(0, _NAMED)
