"""Read and write an edit as map files, records and the local API have it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from tilebake.errors import PromptError
from tilebake.level.edit.edit import (
    CrossReplaceSteps,
    Edit,
    Interval,
    LocalBlend,
    Refine,
    Replace,
    Reweight,
    Rewrite,
    Threshold,
)
from tilebake.level.edit.edit_entry import EditEntry, RewriteEntry, local_blend_entry, rewrite_entry
from tilebake.level.edit.prompt_words import (
    find_swaps,
    has_word,
    no_such_word,
    plain_text,
    starts_of,
    words_of,
)
from tilebake.level.source.diagnostics import nearest
from tilebake.level.source.json_positions import snippet
from tilebake.level.source.refuse import Refuse
from tilebake.level.terrain import group_by_spelling, spell_name

ALIGNMENTS: Final = {"replace": Replace, "refine": Refine}  # by the names of their classes
BASE: Final = "base_prompt"
TERRAINS: Final = "terrains"
NO_ART: Final = "there is no picture to edit"
NAME_ART: Final = 'name a PNG of the whole map by "art", or edit the map\'s own painting'


class MapPrompts(NamedTuple):
    """Hold a map's prompts, which an edit starts from."""

    base: str
    terrains: Mapping[str, str]  # of the terrains that some tile has
    unpainted: Collection[str] = ()  # terrains that the map or its project describes, without a tile
    style: str = ""  # follows every base prompt, an edited one too
    has_art: bool = False  # the map names a picture that an edit may start from


def with_style(prompt: str, style: str) -> str:
    """Append to a base prompt the style that all maps of a project share."""
    return ", ".join(part for part in (prompt, style) if part)


def read_edit(entry: EditEntry, prompts: MapPrompts, refuse: Refuse) -> Edit | None:
    """Return the edit of a map's prompts, of those terrains that some tile has; None if it changes nothing.

    Raises what `refuse` makes of a terrain, a word or a prompt that is not as it should be; its paths begin
    with "edit".
    """

    def refuse_name(name: str) -> Exception:
        what = f"the terrain {snippet(name)} is there twice, in two spellings"
        return refuse(what, ("edit", TERRAINS, name), hint="remove one of the two", at_key=True)

    if entry.source == "art" and not prompts.has_art:
        raise refuse(NO_ART, ("edit", "source"), hint=NAME_ART)
    rewrites: dict[str | None, Rewrite] = {}
    if entry.base_prompt is not None:
        form = rewrite_entry(entry.base_prompt)
        own = None if form.prompt is None else with_style(form.prompt, prompts.style)
        rewrites[None] = _rewrite(form, own or prompts.base, prompts.base, ("edit", BASE), refuse)
    for name, given in group_by_spelling(entry.terrains, refuse_name).items():
        if name in prompts.terrains:
            form, source = rewrite_entry(given), prompts.terrains[name]
            path = ("edit", TERRAINS, name)
            rewrites[name] = _rewrite(form, form.prompt or source, source, path, refuse)
        elif name not in prompts.unpainted:
            known = [*prompts.terrains, *prompts.unpainted]
            hint = nearest(name, known, f"the map's terrains are: {', '.join(known) or 'none'}")
            what = f"unknown terrain {snippet(name)}"
            raise refuse(what, ("edit", TERRAINS, name), hint=hint, at_key=True)
    sources = {place: prompts.base if place is None else prompts.terrains[place] for place in rewrites}
    blend = _local_blend(entry, rewrites, sources, refuse)
    changed = {place: each for place, each in rewrites.items() if _changes(each, sources[place])}
    if not changed or (blend is None and _names_words(entry)):
        return None
    return Edit(changed, entry.self_replace_steps, blend, entry.source_steps, entry.source)


def edit_json(edit: Edit) -> dict[str, Any]:
    """Write an edit as map files have it.

    What a map file cannot say is left out: what a threshold has besides.
    """
    rewrites = {place: _rewrite_json(rewrite) for place, rewrite in edit.rewrites.items()}
    base = rewrites.pop(None, None)
    return {
        **({BASE: base} if base is not None else {}),
        **({TERRAINS: rewrites} if rewrites else {}),
        "self_replace_steps": _short(edit.self_replace_steps),
        "source_steps": _short(edit.source_steps),
        **({"local_blend": _local_blend_json(edit.local_blend)} if edit.local_blend else {}),
        **({"source": edit.source} if edit.source != "painting" else {}),
    }


def _rewrite_json(rewrite: Rewrite) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "prompt": rewrite.prompt,
        "align": type(rewrite.control).__name__.lower(),
        "cross_replace_steps": _short(rewrite.control.cross_shares.default),
    }
    if words := rewrite.control.cross_shares.words:
        entry["cross_replace_words"] = {word: _share_json(share) for word, share in words.items()}
    if rewrite.reweight is not None:
        entry["reweight"] = {word: _short(weight) for word, weight in rewrite.weights.items()}
        if (within := rewrite.reweight.within) is not None:
            shares = {"threshold": _short(within.above), "compress": _short(within.gamma)}
            entry |= {**shares, "average": within.average}
        if not rewrite.reweight.echo:
            entry["echo"] = False
    return entry


def _local_blend_json(blend: LocalBlend) -> list[str] | dict[str, Any]:
    """Write its words alone where the rest is as it is anyway."""
    if blend == LocalBlend(blend.words):
        return [*blend.words]
    return {
        "words": [*blend.words],
        **({"subtract": [*blend.subtract]} if blend.subtract else {}),
        "threshold": _short(blend.threshold.above),
        "start": _short(blend.start),
    }


def _share_json(share: float | Interval) -> float | list[float]:
    return [*map(_short, share)] if isinstance(share, tuple) else _short(share)


def _short(number: float) -> float:
    """3 for 3.0, as people write it."""
    return int(number) if float(number).is_integer() else number


def _rewrite(form: RewriteEntry, target: str, source: str, path: tuple[str, ...], refuse: Refuse) -> Rewrite:
    try:
        before, after = (words_of(plain_text(prompt)) for prompt in (source, target))
    except PromptError as error:
        raise refuse(error.what, (*path, "prompt"), hint=error.hint) from None
    for key, words in (("reweight", form.reweight), ("cross_replace_words", form.cross_replace_words)):
        for word in words:
            if not starts_of(after, words_of(word)):
                absent = no_such_word(word, [plain_text(target)])
                raise refuse(absent.what, (*path, key, word), hint=absent.hint, at_key=True)
    align = form.align or ("replace" if len(before) == len(after) else "refine")
    if align == "replace" and find_swaps(before, after) is None:
        what = "no words are swapped here: one prompt has words that the other lacks"
        raise refuse(what, (*path, "align"), hint='write "refine", or leave it out')
    within = None if form.threshold is None else Threshold(form.threshold, form.average, gamma=form.compress)
    reweight = Reweight(form.reweight, within, echo=form.echo) if form.reweight else None
    try:
        words = form.cross_replace_words
        steps = CrossReplaceSteps(form.cross_replace_steps, words) if words else form.cross_replace_steps
    except PromptError as error:
        raise refuse(error.what, (*path, "cross_replace_words"), hint=error.hint) from None
    return Rewrite(target, ALIGNMENTS[align](steps), reweight)


def _local_blend(
    entry: EditEntry,
    rewrites: Mapping[str | None, Rewrite],
    sources: Mapping[str | None, str],
    refuse: Refuse,
) -> LocalBlend | None:
    """Return the local blend with those of its words that some prompt has.

    Others may be words of a terrain that no tile has at present.
    """
    form = local_blend_entry(entry.local_blend)
    texts = [plain_text(text) for place in rewrites for text in (sources[place], rewrites[place].prompt)]
    knows_all = len(rewrites) == len({*map(spell_name, entry.terrains)}) + (entry.base_prompt is not None)

    def there(words: Sequence[str], *path: str) -> tuple[str, ...]:
        for index, word in enumerate(words):
            if knows_all and not any(has_word(text, word) for text in texts):
                absent = no_such_word(word, texts)
                raise refuse(absent.what, ("edit", "local_blend", *path, index), hint=absent.hint)
        return tuple(word for word in words if any(has_word(text, word) for text in texts))

    is_short = isinstance(entry.local_blend, tuple)
    words, subtract = there(form.words, *(() if is_short else ("words",))), there(form.subtract, "subtract")
    if not (words or (subtract and not form.words)):
        return None
    threshold = replace(LocalBlend.threshold, above=form.threshold)
    try:
        return LocalBlend(words, threshold, form.start, subtract)
    except PromptError as error:
        raise refuse(error.what, ("edit", "local_blend", "subtract"), hint=error.hint) from None


def _names_words(entry: EditEntry) -> bool:
    """Tell whether the picture may change only where some words work."""
    return bool(local_blend_entry(entry.local_blend).words)


def _changes(rewrite: Rewrite, source: str) -> bool:
    return rewrite.prompt != source or any(weight != 1 for weight in rewrite.weights.values())
