"""Describe in words what a judge takes the tiles of a terrain for."""

from typing import Final

from tilebake.texture import JudgedTiles

NAMED_MISTAKES: Final = 3  # of those that a terrain was taken for


def describe_judged(judged: JudgedTiles | None) -> tuple[str, ...]:
    """Describe what was judged in a line or two, or in none."""
    if judged is None:
        return ()
    if not judged.tiles:
        return ("no tile that can be judged",)
    taken = [
        f"{name.replace('_', ' ')} {count}" for name, count in [*judged.taken_for.items()][:NAMED_MISTAKES]
    ]
    wrong = (f"taken for {', '.join(taken)}",) if taken else ()
    return (f"{judged.right} of {judged.tiles} tiles judged right", *wrong)
