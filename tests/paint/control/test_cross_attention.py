"""The folded kernels against the paper's maps, written down."""

import pytest
import torch
from diffusers.models.attention_processor import Attention

from tilebake.paint.control.context_reweight import ContextReweight
from tilebake.paint.control.cross_attention import EditedCrossAttention, PromptEdit
from tilebake.paint.control.source import SourceQueries
from tilebake.paint.observe.probabilities import attention_probabilities
from tilebake.paint.regional.attention import regional_attention
from tilebake.paint.regional.layer_prompts import Attend, LayerPrompts
from tilebake.paint.regional.layers import AttentionLayer

HEADS, PIXELS, WIDTH, STEPS = 2, 6, 8, 3
SOURCE, TARGET = 5, 7  # tokens of the edited prompt
LAYER = AttentionLayer(Attention(16, 20, heads=HEADS, dim_head=WIDTH), level=0)


def randn(*shape: int, seed: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def attending(prompts: LayerPrompts) -> Attend:
    """By the formula."""
    return lambda query, step: regional_attention(query, prompts.keys, prompts.values, prompts.weights[step])


def prompts(*lengths: int, seed: int) -> LayerPrompts:
    """Random prompts of these lengths in one layer, of random weights that sum to 1."""
    keys = tuple(randn(HEADS, length, WIDTH, seed=seed + i) for i, length in enumerate(lengths))
    values = tuple(randn(HEADS, length, WIDTH, seed=seed + 50 + i) for i, length in enumerate(lengths))
    weights = tuple(randn(len(lengths), PIXELS, seed=seed + 90 + step).softmax(0) for step in range(STEPS))
    return LayerPrompts(keys, values, weights)


OURS, THEIRS = prompts(4, SOURCE, seed=0), prompts(4, TARGET, 3, seed=200)
MAPPER = randn(SOURCE, TARGET, seed=7).softmax(dim=1)
QUERIES = [
    (randn(1, HEADS, PIXELS, WIDTH, seed=s), randn(1, HEADS, PIXELS, WIDTH, seed=9 + s)) for s in (1, 2, 3)
]
NOTHING_WEIGHED = torch.ones(TARGET)
BANK = torch.cat([torch.ones(1, PIXELS), (randn(1, PIXELS, seed=5) > 0).float()])


def edit(
    kept: torch.Tensor,
    equalizer: torch.Tensor = NOTHING_WEIGHED,
    masked: tuple[tuple[int, torch.Tensor], ...] = (),
    context_reweights: tuple[ContextReweight, ...] = (),
) -> PromptEdit:
    return PromptEdit(1, 1, MAPPER, kept, equalizer, masked, context_reweights)


def run(change: PromptEdit) -> list[torch.Tensor]:
    """What the target's layer puts out at each step, source and target in turn."""
    source = SourceQueries(STEPS)
    of_source = source.wrap(LAYER, OURS, attending(OURS))
    control = EditedCrossAttention(source, [change], [BANK], STEPS)
    of_target: Attend = control.wrap(LAYER, THEIRS, attending(THEIRS))
    outputs: list[torch.Tensor] = []
    for step, (ours, theirs) in enumerate(QUERIES):
        assert torch.equal(of_source(ours, step), attending(OURS)(ours, step)), "the source is left alone"
        outputs.append(of_target(theirs, step))
    return outputs


def literal(change: PromptEdit, step: int) -> torch.Tensor:
    """P' = c · (a · (P_source M) + (1 - a) · P_target) for the edited prompt; the others attend plainly."""
    ours, theirs = QUERIES[step]
    out = torch.zeros(1, HEADS, PIXELS, WIDTH)
    for row in range(len(THEIRS.keys)):
        maps = attention_probabilities(theirs, THEIRS.keys[row])
        if row == change.target_row:
            kept, plain = change.kept[step], maps
            mapped = attention_probabilities(ours, OURS.keys[change.source_row]) @ change.mapper
            maps = kept * mapped + (1 - kept) * maps
            weights = change.equalizer.expand(PIXELS, -1)
            for mask, within in change.masked:
                weights = weights * torch.where(BANK[mask][:, None] > 0, within, 1.0)
            maps = maps * weights
            out += THEIRS.weights[step][row][:, None] * echoed(change, kept * mapped + (1 - kept) * plain)
        out += THEIRS.weights[step][row][:, None] * (maps @ THEIRS.values[row])
    return out


def echoed(change: PromptEdit, maps: torch.Tensor) -> torch.Tensor:
    """Within each echo's mask, what the maps [1, H, Q, T] without weights find more of it."""
    out = torch.zeros(1, HEADS, PIXELS, WIDTH)
    for echo in change.context_reweights:
        project = LAYER.attn.to_v
        assert isinstance(project, torch.nn.Module)
        without = project(echo.without_word)[0].unflatten(-1, (HEADS, WIDTH)).transpose(0, 1)
        more = (THEIRS.values[change.target_row] - without) * echo.extra_weight[:, None]
        out += BANK[echo.mask][:, None] * (maps @ more)
    return out


EVER = torch.ones(STEPS, TARGET)
FIRST_STEP = torch.cat([torch.ones(1, TARGET), torch.zeros(STEPS - 1, TARGET)])
SOME_WORDS = torch.tensor([[1.0, 1, 0, 1, 0, 1, 1], [1, 0, 0, 1, 0, 1, 1], [0, 0, 0, 0, 0, 0, 0]])
WEIGHED = torch.tensor([1.0, 1, 3, 1, -5, 1, 0])


@pytest.mark.parametrize("equalizer", [NOTHING_WEIGHED, WEIGHED], ids=["even", "weighed"])
@pytest.mark.parametrize(
    "kept", [EVER, FIRST_STEP, SOME_WORDS, 0 * EVER], ids=["ever", "first", "some", "never"]
)
def test_an_edited_layer_is_the_papers_formula(kept: torch.Tensor, equalizer: torch.Tensor) -> None:
    change = edit(kept, equalizer)
    for step, out in enumerate(run(change)):
        torch.testing.assert_close(out, literal(change, step), rtol=0, atol=1e-5)


@pytest.mark.parametrize("kept", [EVER, SOME_WORDS, 0 * EVER], ids=["ever", "some", "never"])
def test_a_weight_within_a_mask_works_there_alone(kept: torch.Tensor) -> None:
    change = edit(kept, masked=((1, torch.tensor([1.0, 1, 1, -4, 1, 1, 1])),))
    unweighed = run(edit(kept))
    for step, (out, plain) in enumerate(zip(run(change), unweighed, strict=True)):
        torch.testing.assert_close(out, literal(change, step), rtol=0, atol=1e-5)
        outside = BANK[1] == 0
        torch.testing.assert_close(out[:, :, outside], plain[:, :, outside], rtol=0, atol=1e-6)


@pytest.mark.parametrize("kept", [EVER, SOME_WORDS, 0 * EVER], ids=["ever", "some", "never"])
@pytest.mark.parametrize("mask", [0, 1], ids=["everywhere", "within"])
def test_a_context_reweight_adds_to_the_columns_behind_the_word(kept: torch.Tensor, mask: int) -> None:
    echo = ContextReweight(randn(1, TARGET, 20, seed=11), torch.tensor([0.0, 0, 0, 2, 2, 2, 2]), mask)
    weights = torch.tensor([1.0, 1, 3, 1, 1, 1, 1])
    everywhere, within = (NOTHING_WEIGHED, ((1, weights),)) if mask else (weights, ())
    change = edit(kept, everywhere, within, (echo,))
    with torch.no_grad():
        for step, out in enumerate(run(change)):
            torch.testing.assert_close(out, literal(change, step), rtol=0, atol=1e-5)


def test_replaced_at_every_step_the_maps_are_the_sources_exactly() -> None:
    same = PromptEdit(1, 1, torch.eye(SOURCE), torch.ones(STEPS, SOURCE), torch.ones(SOURCE))
    base_is_silent = torch.tensor([[0.0], [1]]).expand(2, PIXELS)  # for each side's is its own
    ours_alone = OURS._replace(weights=(base_is_silent,) * STEPS)
    target = ours_alone._replace(keys=prompts(4, SOURCE, seed=300).keys)
    source = SourceQueries(STEPS)
    of_source = source.wrap(LAYER, ours_alone, attending(ours_alone))
    control = EditedCrossAttention(source, [same], [BANK], STEPS)
    of_target = control.wrap(LAYER, target, attending(target))
    for step, (ours, theirs) in enumerate(QUERIES):
        assert torch.equal(of_source(ours, step), of_target(theirs, step))


@pytest.mark.parametrize("step", range(STEPS))
def test_where_nothing_is_kept_or_weighed_the_target_attends_by_itself_to_the_last_bit(step: int) -> None:
    out = run(edit(0 * EVER))[step]
    assert torch.equal(out, attending(THEIRS)(QUERIES[step][1], step))


def test_two_prompts_can_be_edited_at_once() -> None:
    changes = [
        edit(FIRST_STEP, WEIGHED),
        PromptEdit(0, 0, torch.eye(4), torch.ones(STEPS, 4), torch.tensor([1.0, 2, 1, 1])),
    ]
    source = SourceQueries(STEPS)
    of_source = source.wrap(LAYER, OURS, attending(OURS))
    of_target = EditedCrossAttention(source, changes, [BANK], STEPS).wrap(LAYER, THEIRS, attending(THEIRS))
    for step, (ours, theirs) in enumerate(QUERIES):
        of_source(ours, step)
        base = attention_probabilities(ours, OURS.keys[0]) * changes[1].equalizer @ THEIRS.values[0]
        plain = attention_probabilities(theirs, THEIRS.keys[0]) @ THEIRS.values[0]
        expected = literal(changes[0], step) + THEIRS.weights[step][0][:, None] * (base - plain)
        torch.testing.assert_close(of_target(theirs, step), expected, rtol=0, atol=1e-5)
