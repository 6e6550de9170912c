"""List the words of a prompt that say nothing of a terrain, so that nobody misses them in its picture."""

from typing import Final

_SHORTEST: Final = 3  # letters of a word that says something

_FUNCTION: Final = """
    the and but nor for yet are was were been being has have had its his her their our your this that these
    those which who whose what where when very quite rather really extremely slightly mostly fully
    completely partly some any many much more most few fewer less least lots lot full made covered filled
    surrounded showing containing consisting no not none one two three four five several various different
    all every each both other another same own such only just also too here there der die das den dem des
    ein eine einer eines einem einen und oder sehr mit ohne aus les une des est très avec sans los las una
    unos unas muy con sin del
"""
_SIZES: Final = "tall big small large huge tiny giant little long short wide narrow"
_PRAISE: Final = """
    beautiful nice pretty lovely gorgeous stunning amazing awesome cool-looking epic great good best better
    perfect high quality masterpiece detail details detailed highly intricate ultra hyper resolution hires
    sharp-focus focus professional simple clean-looking schön schöne schöner schönes
"""
_PICTURES: Final = """
    seamless tileable tiling repeating repeatable texture textures textured pattern background surface
    material asset assets sprite sprites tileset tilesets tilemap tile map maps level levels game games
    gaming video videogame rpg indie art arts artwork artistic painting paintings painted painterly hand
    handpainted hand-painted drawn hand-drawn drawing illustration illustrated digital concept style styled
    stylized stylised pixel pixels pixelart pixelated retro bit top down topdown top-down overhead aerial
    bird bird's-eye birds eye isometric orthographic perspective view viewed seen shot look looking looks
    picture image render rendered rendering photo realistic fantasy terrain terrains biome area ground zone
    region scene scenery landscape environment
    field fields patch patches bed beds cluster clusters piece pieces stretch stretches
"""
# Of other tools; they are told as such.
_TAGS: Final = "break addcomm addrow addcol addbase lora lyco hypernet embedding wildcard"
PLAIN_WORDS: Final = frozenset(f"{_FUNCTION} {_SIZES} {_PRAISE} {_PICTURES} {_TAGS}".split())
"""Words between those of a terrain, of size, of praise, of pictures as such, and tags of other tools."""


def is_plain(word: str) -> bool:
    """Tell whether a word says nothing of a terrain."""
    return len(word) < _SHORTEST or word.lower() in PLAIN_WORDS
