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
Each word's share of attention over the picture, averaged over the steps, and in single steps: below 1 it
is shared with every other word and with the padding. A terrain's words are at work where its mask is, so
both words stand in their own terrain with nothing outside; within it they are nearly even.""",
    "plain": """\
The same without regions: one terrain on all tiles, whose prompt is the base prompt, is a plain prompt, and
the model chooses itself what lies where. Each word is looked at where its thing is painted: "snow" at the
white patches, "lava" at the glow, "grass" at what is left. In the first steps, where the picture is noise,
the words are spread out; from the middle of the steps on they have the shapes of their things. SDXL itself
has not been run here.""",
    "swap": """\
Three terrains of one map, each with a single word swapped. All else keeps its pixels, and there is no
seam. Grass keeps its blades, and the sand its ripples under the snow. "autumn" gives the forest another
texture, so less is kept there: its crowns turn into leaves of many colours.""",
    "rerun": """\
The edited picture keeps every tuft of the first one; its colour alone is another. A new picture with the
same seed is near it, for the noise is the same and few words differ, but tufts move and new ones come.""",
    "weights": """\
The word does what it says on both sides: 1 is the picture as it is, -1 the same stones without snow, and
below that they get darker and overgrown. Beyond 3 little but white is left. A word does much of this by
its echo. The text encoder tells it to the tokens behind it, the end and the padding among them, and a
weight works on both. As published (`--no-echo`) it works on the word's own tokens alone.""",
    "thresholds": """\
The weight counts only where the word's heat is above a share of its peak. Above 0.3 that is nearly all of
the path; above 0.45 the snow stays at the path's upper rim, where the word is faint; by the average over
the steps so far more of it stays there. Lifting what is faint (`--compress`) takes the rim in again.""",
    "refined": """\
An added word, with the stones where they were: green creeps into the joints. Twice the word as published
adds a little more of it. With its echo the stones are overgrown, and still lie where they lay.""",
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
