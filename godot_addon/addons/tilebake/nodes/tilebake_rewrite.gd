@tool
@icon("../icon.svg")
class_name TilebakeRewrite
extends Resource
## How one terrain is painted otherwise while its layout stays: other words, or words that count more or less.

## For how long words keep their places, unless said: a share of the steps.
const KEEP_WORDS: float = 0.8
## The share of a word's peak above which it works, where weights are to count only there.
const WHERE_IT_WORKS: float = 0.3

## The new prompt. Empty: the terrain's own, of which [member weights] alone change something.
@export_multiline var prompt: String = ""
## How strongly single words of it count, from -5 to 5: 1 as they are, 0 not at all, below 0 against themselves.
@export var weights: Dictionary[String, float] = {}
## Weights count only where the word works at this share of its peak. 0: everywhere.
@export_range(0.0, 0.95, 0.05) var threshold: float = 0.0
## For what share of the steps words keep their places: more holds the layout, less frees the new look.
@export_range(0.0, 1.0, 0.05) var keep_words: float = KEEP_WORDS


## Whether it changes nothing.
func is_empty() -> bool:
	return prompt.strip_edges().is_empty() and weights.values().count(1.0) == weights.size()


## Whether it paints what another one paints.
func is_same_as(other: TilebakeRewrite) -> bool:
	return (
		prompt.strip_edges() == other.prompt.strip_edges()
		and weights == other.weights
		and threshold == other.threshold
		and keep_words == other.keep_words
	)
