"""LoRAs of single terrains: against the LoRA fused into the model, and against literal sums."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from tests.paint.test_pipeline import Pixels, ask, ignore, level
from tilebake.errors import BakeError, ModelError
from tilebake.level.edit.edit import Edit, Refine, Reweight, Rewrite
from tilebake.level.masks.regions import pool
from tilebake.level.terrain import TerrainLora
from tilebake.level.tilemap import TileMap
from tilebake.models.file_digest import file_digest
from tilebake.models.reference import resolve
from tilebake.paint.denoise import denoise
from tilebake.paint.model.load import Components, load, models
from tilebake.paint.model.loras import LoraFile
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.prompts.encode import encode_prompt
from tilebake.paint.regional.attention import RegionalAttention, attention_target
from tilebake.paint.regional.layers import cross_attention_levels, pixel_layers
from tilebake.paint.scene import BakeRun, run
from tilebake.paint.terrain_loras.masked_layers import MaskedLoras
from tilebake.request import BakeRequest, Step

Tensors = dict[str, torch.Tensor]
ROWS = ("gggwww", "gggwww", "ggwwww", "ggwwww")
WITHIN = ("to_q", "to_k", "to_v", "to_out.0", "net.0.proj", "net.2", "proj_in", "proj_out")
ENCODERS = ("q_proj", "v_proj", "fc1")
RANK, ALPHA = 4, 2.0


def linear_layers(network: nn.Module, ends: Sequence[str]) -> dict[str, nn.Linear]:
    return {
        name: each
        for name, each in network.named_modules()
        if isinstance(each, nn.Linear) and name.endswith(tuple(ends)) and "time" not in name
    }


def peft_lora(components: Components, seed: int = 1, size: float = 0.15) -> Tensors:
    """A LoRA of every layer that a terrain can have otherwise, in PEFT's names; alpha is in its header."""
    generator = torch.Generator().manual_seed(seed)
    tensors: Tensors = {}
    networks = {"text_encoder": components.text_encoder, "text_encoder_2": components.text_encoder_2}
    layers = {f"unet.{name}": each for name, each in linear_layers(components.unet, WITHIN).items()}
    for part, network in networks.items():
        layers |= {f"{part}.{name}": each for name, each in linear_layers(network, ENCODERS).items()}
    for name, each in layers.items():
        down = torch.randn(RANK, each.in_features, generator=generator) / each.in_features**0.5
        tensors[f"{name}.lora_A.weight"] = size * RANK / ALPHA * down
        tensors[f"{name}.lora_B.weight"] = torch.randn(each.out_features, RANK, generator=generator)
    return tensors


def kohya_lora(tensors: Tensors) -> Tensors:
    """The same LoRA in kohya's names, of which every layer tells its alpha."""
    found: Tensors = {}
    starts = {"unet": "lora_unet", "text_encoder": "lora_te1", "text_encoder_2": "lora_te2"}
    for name, each in tensors.items():
        part, _, rest = name.partition(".")
        layer, _, half = rest.partition(".lora_")
        plain = f"{starts[part]}_{layer.replace('.', '_')}"
        found[f"{plain}.{'lora_down' if half[0] == 'A' else 'lora_up'}.weight"] = each
        found[f"{plain}.alpha"] = torch.tensor(ALPHA)
    return found


def only_unet(tensors: Tensors) -> Tensors:
    return {name: each for name, each in tensors.items() if "unet" in name}


def save_peft(path: Path, tensors: Tensors) -> Path:
    settings: dict[str, object] = {}
    for part in {name.partition(".")[0] for name in tensors}:
        layers = {name.partition(".lora_")[0] for name in tensors if name.startswith(f"{part}.")}
        targets = sorted(name.removeprefix(f"{part}.") for name in layers)
        own = {"r": RANK, "lora_alpha": ALPHA, "target_modules": targets}
        settings |= {f"{part}.{key}": value for key, value in own.items()}
    save_file(tensors, path, {"lora_adapter_metadata": json.dumps(settings)})
    return path


@pytest.fixture(scope="session")
def whole(embedded_components: Components, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A LoRA of the UNet and both text encoders of the embedded model."""
    return save_peft(tmp_path_factory.mktemp("loras") / "stone.safetensors", peft_lora(embedded_components))


def with_loras(tilemap: TileMap, **loras: Sequence[tuple[Path, float]]) -> TileMap:
    def change(name: str) -> tuple[TerrainLora, ...]:
        return tuple(
            TerrainLora(str(path), weight, file_digest(path)) for path, weight in loras.get(name, ())
        )

    return replace(
        tilemap, terrains=tuple(replace(each, loras=change(each.name)) for each in tilemap.terrains)
    )


def bake(components: Components, tilemap: TileMap) -> Pixels:
    return Pipeline(components).bake(ask(tilemap), ignore).image


def latents_of(components: Components, request: BakeRequest) -> torch.Tensor:
    def task(bake_run: BakeRun) -> torch.Tensor:
        conditioning = bake_run.encode(bake_run.scene.condition)
        return bake_run.denoise(lambda make: denoise(make(conditioning), ignore))

    return run(components, Pipeline(components).scene(request), task)


def alone(tilemap: TileMap) -> BakeRequest:
    """Ask for a map by its terrains' prompts alone, without the base prompt."""
    return ask(tilemap, base_prompt_weight=0.0, regional_prompt_weight=1.0)


@pytest.mark.parametrize("is_kohyas", [False, True])
def test_a_terrain_all_over_is_painted_as_by_the_lora_fused_but_for_the_base_prompt(
    embedded_components: Components, tmp_path: Path, is_kohyas: bool
) -> None:
    tensors = only_unet(peft_lora(embedded_components))
    file = tmp_path / "stone.safetensors"
    if is_kohyas:
        save_file(kohya_lora(tensors), file)
    else:
        save_peft(file, tensors)
    fused = load(resolve("embedded"), device="cpu", dtype="float32", loras=[LoraFile(file, 0.8)])
    plain = level("gggg", "gggg", "gggg", negative_prompt="snow")
    terrain = with_loras(plain, g=[(file, 0.8)])
    ours = latents_of(embedded_components, alone(terrain))
    torch.testing.assert_close(ours, latents_of(fused, alone(plain)), rtol=0, atol=5e-5)
    without = latents_of(embedded_components, alone(plain))
    assert (ours - without).abs().max() > 0.3, "a LoRA that says nothing would prove nothing"


def test_a_terrains_prompts_are_encoded_as_by_the_lora_fused(
    embedded_components: Components, whole: Path
) -> None:
    fused = load(resolve("embedded"), device="cpu", dtype="float32", loras=[LoraFile(whole, 0.8)])
    tilemap = with_loras(level(*ROWS, negative_prompt="snow"), g=[(whole, 0.8)])
    scene = Pipeline(embedded_components).scene(ask(tilemap))
    conditioning = scene.condition(embedded_components)
    grass, water = conditioning.regions
    assert conditioning.negative_regions is not None
    negative, plain = conditioning.negative_regions
    for ours in (grass, negative):
        theirs = encode_prompt(fused, ours.text)
        torch.testing.assert_close(ours.prompt_embeds, theirs.prompt_embeds, rtol=1e-5, atol=1e-4)
        torch.testing.assert_close(ours.pooled_prompt_embeds, theirs.pooled_prompt_embeds, rtol=0, atol=1e-5)
    assert (negative.text, plain) == ("snow", conditioning.negative)
    for prompt in (conditioning.base, conditioning.negative, water):
        alike = encode_prompt(embedded_components, prompt.text)
        assert torch.equal(prompt.prompt_embeds, alike.prompt_embeds)
    assert scene.condition(embedded_components).regions[0].prompt_embeds is grass.prompt_embeds, "it is kept"


def test_layers_add_what_the_formula_says_under_soft_masks(
    embedded_components: Components, whole: Path, tmp_path: Path
) -> None:
    components = embedded_components
    other = save_peft(tmp_path / "ink.safetensors", only_unet(peft_lora(components, seed=2)))
    loras = {"g": [(whole, 0.8)], "w": [(other, 1.5), (whole, -0.5)]}
    scene = Pipeline(components).scene(ask(with_loras(level(*ROWS, "......"), **loras)))
    conditioning = scene.condition(components)
    target = attention_target(components.unet, conditioning)
    layers = pixel_layers(components.unet)
    masked = MaskedLoras(layers, [each.loras for each in conditioning.regions], scene.blend, target)
    shares = pool(scene.blend.regions[scene.blend.steps[1].mask_sigma].shares, target.levels)
    named = {name: each for name, each in linear_layers(components.unet, WITHIN).items() if each in layers}
    assert len(named) == len(layers), "each has a LoRA here"
    generator = torch.Generator().manual_seed(0)
    tensors = {path: peft_lora(components, seed) for path, seed in ((whole, 1), (other, 2))}
    attention = RegionalAttention(components.unet, conditioning, scene.blend)
    context = replace(attention.context, step=1)
    for name, layer in named.items():
        grass, water = (torch.from_numpy(each).flatten() for each in shares[layers[layer]][:2])
        taken = torch.randn(2, len(grass), layer.in_features, generator=generator)
        expected = layer(taken)
        for share, own in ((grass, loras["g"]), (water, loras["w"])):
            for path, weight in own:
                down = tensors[path][f"unet.{name}.lora_A.weight"]
                up = tensors[path][f"unet.{name}.lora_B.weight"]
                change = taken @ (ALPHA / RANK * up @ down).T
                expected = expected + weight * share[None, :, None] * change
        with torch.no_grad(), masked.install(context):
            found = layer(taken)
        torch.testing.assert_close(found, expected, rtol=0, atol=2e-5)
    assert 0 < shares[1][0].min() < 0.5 < shares[1][0].max() <= 1, "masks are soft"


def test_a_prompt_is_projected_under_its_terrains_lora_alone(
    embedded_components: Components, whole: Path
) -> None:
    components = embedded_components
    scene = Pipeline(components).scene(ask(with_loras(level(*ROWS), g=[(whole, 0.8)])))
    prompt = scene.condition(components).regions[0]
    tensors = peft_lora(components)
    names = {each: name for name, each in linear_layers(components.unet, ("to_k", "to_v")).items()}
    assert prompt.loras is not None
    for attn, _ in cross_attention_levels(components.unet):
        for layer in (attn.to_k, attn.to_v):
            assert isinstance(layer, nn.Linear)
            name = f"unet.{names[layer]}"
            change = ALPHA / RANK * tensors[f"{name}.lora_B.weight"] @ tensors[f"{name}.lora_A.weight"]
            expected = prompt.prompt_embeds @ (layer.weight + 0.8 * change).T
            given = prompt.loras.add(layer, prompt.prompt_embeds, layer(prompt.prompt_embeds))
            torch.testing.assert_close(given, expected, rtol=1e-5, atol=1e-4)


def test_a_lora_works_where_its_terrain_is(embedded_components: Components, whole: Path) -> None:
    rows = ("ggggggggwwwwwwwwwwwwwwww",) * 3
    plain = bake(embedded_components, level(*rows)).astype(int)
    found = bake(embedded_components, with_loras(level(*rows), g=[(whole, 0.8)])).astype(int)
    change = np.abs(found - plain).mean(axis=(0, 2)).reshape(24, 16).mean(axis=1)  # by column of tiles
    assert change[:8].mean() > 8 * change[10:].mean()


def test_one_of_weight_0_changes_no_pixel(embedded_components: Components, whole: Path) -> None:
    plain = bake(embedded_components, level(*ROWS))
    nothing = bake(embedded_components, with_loras(level(*ROWS), g=[(whole, 0.0)]))
    np.testing.assert_array_equal(nothing, plain)


def test_an_edit_is_painted_as_by_the_lora_fused(embedded_components: Components, tmp_path: Path) -> None:
    """Also where a word weighs, and takes what others were told of it along."""
    file = save_peft(tmp_path / "stone.safetensors", only_unet(peft_lora(embedded_components)))
    fused = load(resolve("embedded"), device="cpu", dtype="float32", loras=[LoraFile(file, 0.8)])
    plain = level("gggg", "gggg", "gggg", negative_prompt="snow")
    own, weights = with_loras(plain, g=[(file, 0.8)]), Reweight({"rough": 3.0})
    edit = Edit({"g": Rewrite("lush rough stone", Refine(0.5), weights)}, self_replace_steps=0.6)

    def paint(components: Components, tilemap: TileMap) -> tuple[Pixels, Pixels]:
        painted = Pipeline(components).edit(alone(tilemap), edit, ignore)
        return painted.image, painted.extra.source

    ours, theirs = paint(embedded_components, own), paint(fused, plain)
    without = paint(embedded_components, plain)
    for at in range(2):
        np.testing.assert_allclose(ours[at].astype(int), theirs[at].astype(int), rtol=0, atol=1)
        assert np.abs(ours[at].astype(int) - without[at].astype(int)).max() > 8


def test_a_picture_that_wraps_takes_them_too(embedded_components: Components, whole: Path) -> None:
    maps = level(*ROWS), with_loras(level(*ROWS), g=[(whole, 0.8)])
    plain, own = (bake(embedded_components, replace(each, wrap="both")).astype(int) for each in maps)
    assert np.abs(plain - own).max() > 8


def test_the_model_is_afterwards_as_it_was(embedded_components: Components, whole: Path) -> None:
    components = embedded_components

    def hooks() -> list[int]:
        modules = (each for model in models(components) for each in model.modules())
        return [len(each._forward_hooks) for each in modules]  # pyright: ignore[reportPrivateUsage]

    def end(step: Step) -> None:
        raise BakeError(f"enough after step {step.step}")

    before, weights = hooks(), [each.clone() for each in components.unet.parameters()]
    request = ask(with_loras(level(*ROWS), g=[(whole, 0.8)]))
    with pytest.raises(BakeError, match="enough after step 1"):
        Pipeline(components).bake(request, end)
    assert hooks() == before
    assert all(map(torch.equal, weights, components.unet.parameters()))


def test_a_file_is_read_once_for_many_pictures(
    embedded_components: Components, whole: Path, tmp_path: Path
) -> None:
    """Until it is another: then it is not the one that was looked up."""
    moved = tmp_path / "moved.safetensors"
    moved.write_bytes(whole.read_bytes())
    tilemap = with_loras(level(*ROWS), g=[(moved, 0.8)])
    components = replace(embedded_components)
    first = bake(components, tilemap)
    moved.unlink()
    np.testing.assert_array_equal(bake(components, tilemap), first)


def broken(tensors: Tensors, name: str, *shape: int) -> Tensors:
    return {**tensors, name: torch.ones(shape)}


LAYER = "unet.mid_block.attentions.0.transformer_blocks.0.attn1.to_q"
SPOILED: dict[str, tuple[Callable[[Tensors], Tensors], str]] = {
    "of a convolution": (
        lambda each: {
            **each,
            "unet.mid_block.resnets.0.conv1.lora_A.weight": torch.ones(2, 192, 3, 3),
            "unet.mid_block.resnets.0.conv1.lora_B.weight": torch.ones(192, 2, 1, 1),
        },
        "has layers outside of attention, such as 'unet.mid_block.resnets.0.conv1",
    ),
    "of another width": (
        lambda each: broken(each, f"{LAYER}.lora_A.weight", RANK, 7),
        r"does not fit the model: .*matrices of \[4, 7\]",
    ),
    "a DoRA": (lambda each: broken(each, f"{LAYER}.dora_scale", 1), "is of the format DoRA"),
    "half a layer": (
        lambda each: {name: own for name, own in each.items() if name != f"{LAYER}.lora_B.weight"},
        "lacks its other half",
    ),
    "another model's": (
        lambda each: {
            name.replace("unet.mid_block", "unet.down_blocks.9"): own
            for name, own in each.items()
            if LAYER in name
        },
        "matches none of the model's layers",
    ),
    "none at all": (lambda _: {"a.weight": torch.ones(1)}, "is no LoRA"),
}


@pytest.mark.parametrize(("change", "what"), SPOILED.values(), ids=SPOILED.keys())
def test_what_cannot_be_one_terrains_is_refused_by_name(
    change: Callable[[Tensors], Tensors], what: str, embedded_components: Components, tmp_path: Path
) -> None:
    file = tmp_path / "spoiled.safetensors"
    save_file(change(only_unet(peft_lora(embedded_components))), file)
    with pytest.raises(ModelError, match=what) as caught:
        bake(embedded_components, with_loras(level(*ROWS), g=[(file, 1.0)]))
    assert caught.value.where.file == file
    assert caught.value.hint


def test_layers_that_the_model_has_not_are_counted(embedded_components: Components, tmp_path: Path) -> None:
    tensors = only_unet(peft_lora(embedded_components))
    layers = len(tensors) // 2
    foreign = f"{LAYER.replace('mid_block', 'down_blocks.9')}"
    tensors |= {f"{foreign}.lora_A.weight": torch.ones(2, 4), f"{foreign}.lora_B.weight": torch.ones(4, 2)}
    file = save_peft(tmp_path / "stone.safetensors", tensors)
    request = ask(with_loras(level(*ROWS), g=[(file, 1.0)]))
    note = f"stone.safetensors: 1 of its {layers + 1} layers are not in this model, and do nothing"
    assert Pipeline(embedded_components).bake(request, ignore).environment["notes"] == note


def test_another_file_than_the_one_that_was_looked_up_is_refused(
    embedded_components: Components, whole: Path
) -> None:
    tilemap = with_loras(level(*ROWS), g=[(whole, 1.0)])
    other = tuple(
        replace(each, loras=tuple(own._replace(digest="0" * 64) for own in each.loras))
        for each in tilemap.terrains
    )
    with pytest.raises(ModelError, match="changed while it was read"):
        bake(embedded_components, replace(tilemap, terrains=other))
