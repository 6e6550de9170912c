"""What docs/attention.md says: its opening, and what one sees in each exhibit, honestly."""

from typing import Final

OPENING: Final = """\
# Attention, seen and steered

What `tilebake show attention` and `tilebake edit` do, on the model that ships with tilebake. Every picture
is made by the commands above it, in the root of the repository, by
`python -m benchmarks.docs_pages.attention_page`.
The words are the embedded model's: 71 terrains and 26 adjectives, in a few spellings. The method is
[Prompt-to-Prompt](https://arxiv.org/abs/2208.01626), within regions.
"""
SEEN: Final = {
    "words": """\
Each word's share of attention over the picture, averaged over the steps, and in single steps: below 1 it is
shared with every other word and with the padding. A terrain's words are at work where its mask is, so both
words stand in their own terrain with nothing outside; within it they are even, but for a brighter rim at
the picture's edge.""",
    "plain": """\
The same without regions: one terrain on all tiles, whose prompt is the base prompt, is a plain prompt. Here
is the miniature's limit. "snow" is looked at in a few spots, some of them white; "lava" and "grass" are
looked at nearly alike everywhere, whatever is painted there. Three in four heads of the embedded model give
every pixel the same attention: it was trained to be told by masks where things are, and never learnt to
look for them. In the models of the paper words have shapes; SDXL itself has not been run here.""",
    "swap": """\
Three terrains of one map, each with a single word swapped. All else keeps its pixels, and there is no seam.
Grass keeps its tufts, and loses its stray flowers. "autumn" and "snowy" lay another texture over a
terrain, so there is little to keep: the forest turns into something like bark with leaves on it, the sand
into snow on stones.""",
    "rerun": """\
The edited picture keeps the blades of the first one. A new picture with the same seed has others, and
flowers. In the miniature what keeps them are the first steps, which are the source's (`--source-steps`):
its attention maps are so even that holding on to them alone (`--source-steps 0`) keeps little more than a
new picture does.""",
    "weights": """\
Here the word does what it says: 1 is the picture as it is, -1 the same stones without snow, and beyond 3
little but white is left. A word does most of this by its echo. The text encoder tells it to the tokens behind
it, the end and the padding among them, and there most of a prompt is read. A weight works on both. As
published (`--no-echo`), on the word's own tokens alone, "mossy" hardly shows at any weight: with all three
words of "mossy cobblestone path" at 0 the picture stays as it is, within 1 %; with their echo it moves by
17 %.""",
    "thresholds": """\
The weight counts only where the word's heat is above a share of its peak. Above 0.3 that is all of the path;
above 0.45 a few pale spots stay at the rim, where the terrain's mask is faint and the word with it. The
average over the steps so far finds nearly the same, and lifting what is faint (`--compress`) takes the rim in
again.
Within the path the miniature looks at the word so evenly that no threshold tells one stone from another.""",
    "refined": """\
An added word, with the stones where they were: green creeps into the joints. Twice the word as published adds
next to nothing. With its echo the stones are overgrown, and still lie where they lay.""",
    "seed": """\
The same edits of another painting of the map. What they do does not hang on one seed:
`python -m benchmarks.control` counts it over twenty.""",
}

TRYING: Final = """\
## Trying out

```sh
tilebake edit docs/attention/winter.json --reweight snow-covered=0,1,2,3
```

Several weights make a picture each, numbered, and a sheet of all of them. What they start from is painted
once; each then runs the embedded model's UNet 9 times, where a bake runs it 10 times and an edit by itself 19
times. So it is in an editor that follows the map: after the first trial of an edit, further ones paint the
target alone. The bytes are those of an edit by itself. These are counts; `python -m benchmarks.control --part
cost` takes the times.

Kept are the source's latents at every step, and its attention in the steps in which an edit asks for it, if
all of that fits into 400 MB. For the embedded model it does. At SDXL's own size one step's attention takes up
to 390 MB. There the latents alone are kept, and the source is run again in the steps in which its attention
counts: 44 passes in 30 steps, where an edit by itself takes 55.
"""

DEPARTURES = """\
## Where this is not the published code

The paper's own code (`google/prompt-to-prompt`, for Stable Diffusion 1) differs in this:

| what | published | here |
| --- | --- | --- |
| first steps | the target's from the first on | a fifth is the source's latents; `--source-steps 0` ends it |
| a weight | on the word's own tokens | on its echo too; `--no-echo` ends it |
| a weight after `--cross-replace` has ended | counts no longer | counts in every step |
| what may change | every pixel | the edited terrain and a margin; the rest is the source's |
| self-attention | replaced where maps have up to 16 by 16 pixels | replaced at the coarsest level |
| shares of the steps | rounded down | rounded |
| step intervals of single words | a first and a last step | a share from the first step on, in Python |
| padding behind a refined prompt | the source's at the same place | the source's in the same order |
| local blend | maximum of 3 by 3 in maps, scaled to the nearest | no maximum, scaled linearly |
| a word that is attended to nowhere | has a mask all the same | has none, and a note says so |

Tokens of a refined prompt are aligned as published, by Needleman and Wunsch: as many as can be.
"""
