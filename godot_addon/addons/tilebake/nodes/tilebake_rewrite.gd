@tool
@icon("../icon.svg")
class_name TilebakeRewrite
extends Resource
## Describe how one terrain's prompt is changed while the layout stays: other words, or other weights.

## The default of [member keep_words].
const KEEP_WORDS: float = 0.8
## The threshold to use where weights are to count only where their words work.
const WHERE_IT_WORKS: float = 0.3

## The new prompt. Empty: the terrain's own, which [member weights] may still change.
@export_multiline var prompt: String = ""
## How strongly single words of it count, from -5 to 5: 1 unchanged, 0 not at all, below 0 the opposite.
@export var weights: Dictionary[String, float] = {}
## Weights count only where the word's attention is at least this share of its peak. 0: everywhere.
@export_range(0.0, 0.95, 0.05) var threshold: float = 0.0
## The share of the steps in which words keep their places. Higher keeps more details, lower gives more of the new look.
@export_range(0.0, 1.0, 0.05) var keep_words: float = KEEP_WORDS


## Whether it changes nothing.
func is_empty() -> bool:
	return prompt.strip_edges().is_empty() and weights.values().count(1.0) == weights.size()


## Whether it changes the same as another one.
func is_same_as(other: TilebakeRewrite) -> bool:
	return (
		prompt.strip_edges() == other.prompt.strip_edges()
		and weights == other.weights
		and threshold == other.threshold
		and keep_words == other.keep_words
	)
