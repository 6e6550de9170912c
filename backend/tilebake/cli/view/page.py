"""Write the page: one HTML file that needs no server, no network and nothing beside it.

Whatever comes from maps and projects is escaped, and the page's own policy lets it run no other script and
load nothing.
"""

import base64
import hashlib
from collections import Counter
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Final

from tilebake.cli.view.cards import Card, Compared, State, TerrainRow
from tilebake.cli.view.pictures import PagePicture
from tilebake.errors import shown

MARK: Final = '<meta name="generator" content="tilebake view">'

_HERE: Final = Path(__file__).parent
_FOOTER: Final = (
    "<footer>Keys: <kbd>/</kbd> find, <kbd>j</kbd> <kbd>k</kbd> next and previous map, "
    "<kbd>Enter</kbd> enlarge, <kbd>Esc</kbd> back</footer>"
)
_WORDS: Final[dict[State, str]] = {"fresh": "up to date", "stale": "stale", "error": "error"}


def render_page(title: str, cards: Sequence[Card], remarks: Sequence[str] = ()) -> str:
    """Return the page's HTML; `remarks` are about the project as a whole."""
    style, script = _asset("page.css"), _asset("page.js")
    policy = f"default-src 'none'; img-src data:; style-src {_hash(style)}; script-src {_hash(script)}"
    counts: Counter[State] = Counter(card.state for card in cards)
    return "\n".join(
        (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            MARK,
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{_text(title)} - tilebake</title>\n<style>{style}</style>\n</head>\n<body>",
            f"<header><h1>{_text(title)}</h1>{_controls(counts, len(cards))}</header>",
            *(f'<p class="remark">{_text(remark)}</p>' for remark in remarks),
            '<main id="maps">',
            *(_article(index, card) for index, card in enumerate(cards)),
            '</main>\n<p id="none" hidden>No map fits.</p>',
            _dialog(),
            _FOOTER,
            f"<script>{script}</script>\n</body>\n</html>\n",
        )
    )


def _asset(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"


def _text(text: str) -> str:
    """Escape a text for HTML, on one line and without characters that would turn it around."""
    return escape(shown(text))


def _controls(counts: Counter[State], total: int) -> str:
    buttons = [f'<button type="button" data-state="" aria-pressed="true">all {total}</button>'] + [
        f'<button type="button" data-state="{state}" aria-pressed="false">{word} {counts[state]}</button>'
        for state, word in _WORDS.items()
        if counts[state]
    ]
    find = '<input id="find" type="search" placeholder="find a map" aria-label="find a map">'
    return f'<div class="controls" role="group" aria-label="filter">{"".join(buttons)}{find}</div>'


def _article(index: int, card: Card) -> str:
    name = _text(card.name)
    parts = [
        f'<article id="map-{index}" tabindex="-1" data-state="{card.state}" data-name="{name.lower()}">',
        f'<h2>{name} <span class="state {card.state}">{_WORDS[card.state]}</span></h2>',
        f'<p class="why">{_text(card.why)}</p>' if card.why else "",
        *(f'<p class="note">note: {_text(note)}</p>' for note in card.notes),
        _pictures(card),
        _facts(card),
        _terrains(card.terrains),
        _show_tried(card.tried),
        "</article>",
    ]
    return "\n".join(filter(None, parts))


def _pictures(card: Card) -> str:
    if card.picture is None:
        return '<p class="empty">no picture yet</p>'
    name = _text(card.name)
    picture = f'<button type="button" class="enlarge" aria-label="enlarge {name}">'
    picture += f"{_image(card.picture, f'the picture of {card.name}')}</button>"
    if card.before is None:
        return f'<div class="pictures">{picture}</div>'
    label = _text(card.before.label)
    before = _image(card.before.picture, f"{card.name} {card.before.label}")
    return (
        f'<div class="pictures compare"><div class="before">{before}</div>{picture}</div>'
        f'<label class="slide"><span>{label}</span><input type="range" min="0" max="100" value="0" '
        f'aria-label="{name}: {label} to now"><span>now</span></label>'
    )


def _image(picture: PagePicture, alternative: str) -> str:
    kind = ' class="pixels"' if picture.is_pixel_art else ""
    size = f'width="{picture.width}" height="{picture.height}"'
    return f'<img{kind} src="{picture.uri}" {size} alt="{_text(alternative)}" decoding="async">'


def _facts(card: Card) -> str:
    if not card.facts:
        return ""
    rows = "".join(f"<div><dt>{_text(name)}</dt><dd>{_text(value)}</dd></div>" for name, value in card.facts)
    return f"<details><summary>seed and settings</summary><dl>{rows}</dl></details>"


def _terrains(rows: Sequence[TerrainRow]) -> str:
    if not rows:
        return ""
    has_report = any(row.kept is not None for row in rows)
    head = "<th>within its tiles</th><th>judged right</th>" if has_report else ""
    body = "".join(
        f"<tr><th>{_text(row.terrain)}</th><td>{_text(row.prompt)}</td>"
        + (f"<td>{_share(row.kept)}</td><td>{_share(row.judged)}</td>" if has_report else "")
        + "</tr>"
        for row in rows
    )
    table = f"<table><tr><th>terrain</th><th>prompt</th>{head}</tr>{body}</table>"
    return f"<details><summary>terrains</summary>{table}</details>"


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"


def _show_tried(tried: Sequence[Compared]) -> str:
    figures = "".join(
        f"<figure>{_image(each.picture, each.label)}<figcaption>{_text(each.label)}</figcaption></figure>"
        for each in tried
    )
    return (
        f'<details open><summary>{len(tried)} tried</summary><div class="tried">{figures}</div></details>'
        if tried
        else ""
    )


def _dialog() -> str:
    return (
        '<dialog id="large" aria-labelledby="large-name"><div class="bar"><strong id="large-name"></strong>'
        '<button type="button" id="close">close</button></div><div id="large-picture"></div></dialog>'
    )
