@tool
extends VBoxContainer
## List the layers beside a BakedTileMap and what their tiles are called: a proposal until somebody accepts or changes it.

const TilebakeLayerHead = preload("layer_head.gd")
const TilebakeNameRow = preload("name_row.gd")
const TilebakeNamingSteps = preload("naming_steps.gd")
const TilebakeSignals = preload("../../../nodes/signals.gd")
const TilebakeUi = preload("../../dock/ui.gd")

var _node: BakedTileMap
var _guess: TilebakeNameGuess
var _steps: TilebakeNamingSteps
var _history: UndoRedo
var _shown: Array = []  # of what the rows were made
var _is_making: bool = false


func _init(node: BakedTileMap, undo: EditorUndoRedoManager, guess: TilebakeNameGuess) -> void:
	_node = node
	_guess = guess
	_steps = TilebakeNamingSteps.new(node, undo)
	_history = undo.get_history_undo_redo(undo.get_object_history_id(node))
	_make()


func _enter_tree() -> void:
	TilebakeSignals.on(_history.version_changed, _on_version_changed)


func _exit_tree() -> void:
	if is_instance_valid(_history):
		_history.version_changed.disconnect(_on_version_changed)


## Make the rows anew, because a step was done or undone.
func _on_version_changed() -> void:
	if is_instance_valid(_node) and _shown != TilebakeTileNames.words_of(_node):
		_make.call_deferred()


func _make() -> void:
	if not is_instance_valid(_node):
		return
	_is_making = true  # a field that goes leaves the focus, which is nobody's word
	for child: Node in get_children():
		remove_child(child)
		child.queue_free()
	_shown = TilebakeTileNames.words_of(_node)
	var uses: Dictionary[Node, TilebakeLayerUse.Use] = _steps.uses()
	var title: Label = TilebakeUi.make_wrapped_label()
	title.text = "Layers, and what their tiles show. Grey words are proposals: they are painted as they stand."
	add_child(title)
	for layer: Node in uses:
		_add_layer(layer, uses[layer])
	_is_making = false


func _add_layer(layer: Node, use: TilebakeLayerUse.Use) -> void:
	var tiled: Array[TileMapLayer] = TilebakeLayerList.tiled_in(layer)
	var cells: int = tiled.reduce(func(sum: int, each: TileMapLayer) -> int: return sum + each.get_used_cells().size(), 0)
	var head: TilebakeLayerHead = TilebakeLayerHead.new(layer, use, cells)
	add_child(head)
	TilebakeSignals.on(head.use_chosen, func(chosen: TilebakeLayerUse.Use) -> void: _steps.set_use(layer, chosen))
	if use != TilebakeLayerUse.Use.PAINTED:
		return
	var kinds: Array[TilebakeTileKind] = _unnamed(tiled)
	TilebakeSignals.on(head.named, func(word: String) -> void: _steps.name_kinds(_ground_in(kinds), word))
	for of_word: Array[TilebakeTileKind] in _by_word(kinds):
		_add_row(of_word)


func _add_row(kinds: Array[TilebakeTileKind]) -> void:
	var row: TilebakeNameRow = TilebakeNameRow.new(kinds)
	add_child(row)
	TilebakeSignals.on(row.named, _on_named.bind(row))
	TilebakeSignals.on(row.finished, _edit_after.bind(row))


func _on_named(word: String, row: TilebakeNameRow) -> void:
	if _is_making:
		return
	var selected: Array[TilebakeTileKind] = []
	for each: TilebakeNameRow in _rows():
		selected.append_array(each.selected())
	_steps.name_kinds(row.kinds if selected.is_empty() else selected, word)


## Move on to the field after a row's, which is found again by its tiles when the rows have been made anew.
func _edit_after(row: TilebakeNameRow) -> void:
	var rows: Array[TilebakeNameRow] = _rows()
	var next: int = rows.find(row) + 1
	if next < rows.size():
		_edit_kind.call_deferred(rows[next].kinds[0].key)


func _edit_kind(key: String) -> void:
	for row: TilebakeNameRow in _rows():
		if row.kinds.any(func(kind: TilebakeTileKind) -> bool: return kind.key == key):
			row.edit()
			return


func _rows() -> Array[TilebakeNameRow]:
	var rows: Array[TilebakeNameRow] = []
	rows.assign(get_children().filter(func(child: Node) -> bool: return child is TilebakeNameRow))
	return rows


## Return the kinds that their TileSet does not name, those with the most cells first.
func _unnamed(layers: Array[TileMapLayer]) -> Array[TilebakeTileKind]:
	var all: Array[TileMapLayer] = TilebakeLayerList.of(_node)
	var names: TilebakeTileNames = TilebakeTileNames.new(_node, all, _guess)
	return TilebakeTileKind.list(layers, names).filter(
		func(kind: TilebakeTileKind) -> bool: return kind.origin != TilebakeTileNames.Origin.TILE_SET)


## Return those that are painted; all, where none is.
static func _ground_in(kinds: Array[TilebakeTileKind]) -> Array[TilebakeTileKind]:
	var ground: Array[TilebakeTileKind] = kinds.filter(
		func(kind: TilebakeTileKind) -> bool: return kind.terrain != TilebakeTileNames.LEAVE_OUT)
	return kinds if ground.is_empty() else ground


## Group kinds by their words, apart those that are proposals; the words with the most cells first.
static func _by_word(kinds: Array[TilebakeTileKind]) -> Array[Array]:
	var groups: Dictionary[String, Array] = {}
	var cells: Dictionary[String, int] = {}
	for kind: TilebakeTileKind in kinds:
		var word: String = "%s %d" % [kind.terrain, int(kind.origin == TilebakeTileNames.Origin.USER)]
		var none: Array[TilebakeTileKind] = []
		var group: Array[TilebakeTileKind] = groups.get_or_add(word, none)
		group.append(kind)
		cells[word] = cells.get(word, 0) + kind.count
	var words: Array[String] = groups.keys()
	words.sort_custom(func(a: String, b: String) -> bool: return a < b if cells[a] == cells[b] else cells[a] > cells[b])
	var sorted: Array[Array] = []
	for word: String in words:
		sorted.append(groups[word])
	return sorted
