@tool
extends RefCounted
## Hold the edits of a painting that are not kept in the scene yet, one draft a terrain.
##
## A draft lives as long as the inspector shows the painting. Keeping and resetting it can be undone.

## A draft has changed.
signal changed
## Everything may have changed: another terrain was chosen, or a step was undone.
signal renewed

const TilebakeSignals = preload("../../nodes/signals.gd")

## The painting; null while none is open.
var node: BakedTileMap = null
## The chosen terrain; empty where the painting has none.
var terrain: String = ""
## The terrains that the painting's tiles have.
var terrains: PackedStringArray = []
## The chosen terrain's own prompt, without an edit; empty where it has none.
var source: String = ""
## The draft of the chosen terrain; the methods below change it.
var draft: TilebakeRewrite = TilebakeRewrite.new()
var keep_layout: float = TilebakeEdit.KEEP_LAYOUT

var _undo: EditorUndoRedoManager
var _guess: TilebakeNameGuess
var _named: Array = []  # what the terrains were listed by
var _history: UndoRedo = null  # of the painting's scene
var _others: Dictionary[String, TilebakeRewrite] = {}  # drafts of terrains that were chosen before
var _kept: TilebakeEdit = null  # as it was when the drafts were made


func _init(undo: EditorUndoRedoManager, guess: TilebakeNameGuess) -> void:
	_guess = guess
	_undo = undo


## Open a painting. One that is open stays so, and starts anew only if its tiles no longer have the chosen terrain.
func open(painting: BakedTileMap) -> void:
	if painting == node:
		_list_terrains()
		if terrain not in terrains:
			_begin()
		return
	close()
	node = painting
	_history = _undo.get_history_undo_redo(_undo.get_object_history_id(node))
	TilebakeSignals.on(_history.version_changed, _on_version_changed)
	_begin()


func close() -> void:
	if is_instance_valid(_history):
		_history.version_changed.disconnect(_on_version_changed)
	_history = null
	node = null
	_others.clear()


## Choose another terrain.
func choose(name: String) -> void:
	_others[terrain] = draft
	terrain = name
	source = TilebakePromptWords.prompt_of(node, terrain)
	draft = _others.get(terrain, _edit().draft_of(terrain))
	renewed.emit()


## Return the words that are painted: those of the new prompt, or of the terrain's own.
func words() -> PackedStringArray:
	return TilebakePromptWords.split(source if draft.prompt.is_empty() else draft.prompt)


## Set the new prompt; the terrain's own one counts as none.
func set_prompt(prompt: String) -> void:
	var plain: String = " ".join(prompt.split("\n", false)).strip_edges()
	draft.prompt = "" if plain == source else plain
	changed.emit()


## Set how strongly a word counts.
func set_weight(word: String, weight: float) -> void:
	draft.weights[word] = weight
	changed.emit()


## Set whether weights count only where the word works.
func set_local(is_local: bool) -> void:
	draft.threshold = TilebakeRewrite.WHERE_IT_WORKS if is_local else 0.0
	changed.emit()


func set_keep_words(share: float) -> void:
	draft.keep_words = share
	changed.emit()


func set_keep_layout(share: float) -> void:
	keep_layout = share
	changed.emit()


## Return the edit as it would be kept, with the draft in it.
func edit() -> TilebakeEdit:
	var made: TilebakeEdit = _edit().with(terrain, _prune())
	made.keep_layout = keep_layout
	return made


## Whether the draft differs from what is kept.
func is_new() -> bool:
	var kept: TilebakeRewrite = _edit().draft_of(terrain)
	var wanted: TilebakeRewrite = _prune()
	var is_other: bool = not (kept.is_empty() and wanted.is_empty()) and not kept.is_same_as(wanted)
	return is_other or (not edit().terrains.is_empty() and keep_layout != _edit().keep_layout)


## Whether the scene keeps an edit of a terrain.
func is_kept(name: String) -> bool:
	return _edit().terrains.has(name)


## Put the draft into the scene: the next save paints it.
func keep() -> void:
	_put(edit(), "Re-theme %s" % terrain)


## Drop the draft and the kept edit: the terrain's own prompt counts again.
func reset() -> void:
	draft = TilebakeRewrite.new()
	keep_layout = _edit().keep_layout
	if is_kept(terrain):
		_put(edit(), "Reset %s" % terrain)
	else:
		renewed.emit()


func _put(made: TilebakeEdit, title: String) -> void:
	_undo.create_action(title, UndoRedo.MERGE_DISABLE, node)
	_undo.add_do_property(node, &"edit", null if made.terrains.is_empty() else made)
	_undo.add_undo_property(node, &"edit", node.edit)
	_undo.commit_action()


## Start with drafts of what the node keeps now.
func _begin() -> void:
	_kept = node.edit
	keep_layout = _edit().keep_layout
	_list_terrains()
	var kept: Array = Array(terrains).filter(is_kept)
	terrain = kept[0] if not kept.is_empty() else ("" if terrains.is_empty() else terrains[0])
	draft = _edit().draft_of(terrain)
	source = TilebakePromptWords.prompt_of(node, terrain)
	renewed.emit()


## Renew the drafts of those terrains whose kept edit or prompt an undo or redo has changed.
func _on_version_changed() -> void:
	if not is_instance_valid(node):
		return
	if _named != TilebakeTileNames.words_of(node):
		open(node)
		renewed.emit()
	var prompt: String = TilebakePromptWords.prompt_of(node, terrain)
	if node.edit == _kept and prompt == source:
		return
	var before: TilebakeEdit = TilebakeEdit.new() if _kept == null else _kept
	var other: Array = Array(terrains).filter(
		func(name: String) -> bool: return before.terrains.get(name) != _edit().terrains.get(name))
	for name: String in other:
		var _was_there: bool = _others.erase(name)
	if terrain in other:
		draft = _edit().draft_of(terrain)
	if before.keep_layout != _edit().keep_layout:
		keep_layout = _edit().keep_layout
	_kept = node.edit
	source = prompt
	renewed.emit()


func _list_terrains() -> void:
	terrains = TilebakeTileNames.in_use(node, _guess)
	_named = TilebakeTileNames.words_of(node)


func _edit() -> TilebakeEdit:
	return node.edit if node != null and node.edit != null else TilebakeEdit.new()


## Return the draft without weights of 1, and without those of words that are no longer in the prompt.
func _prune() -> TilebakeRewrite:
	var made: TilebakeRewrite = draft.duplicate()
	var there: PackedStringArray = words()
	made.weights = {}
	for word: String in draft.weights:
		var is_there: bool = Array(TilebakePromptWords.split(word)).all(func(part: String) -> bool: return part in there)
		if is_there and draft.weights[word] != 1.0:
			made.weights[word] = draft.weights[word]
	return made
