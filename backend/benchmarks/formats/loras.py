"""LoRA files of every spelling and format, each with the sum that its definition says."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import torch

from benchmarks.formats.by_hand import by_hand, in_kohyas_names, random
from benchmarks.formats.case import Case, Model, Tensors, save
from tilebake.paint.model.adapters.layers import name_in_diffusers

ENCODER = "encoder.layers.0.self_attn.q_proj"
FILE = "moss.safetensors"


class Pair(NamedTuple):
    """Hold the two matrices of a LoRA's layer, and what they add."""

    layer: str  # of the UNet, as diffusers has it
    down: torch.Tensor
    up: torch.Tensor

    @property
    def delta(self) -> torch.Tensor:
        """The product in the shape of the layer's weight."""
        product = self.up.flatten(1).double() @ self.down.flatten(1).double()
        return product.float().reshape(len(self.up), *self.down.shape[1:])


Spell = Callable[[Pair], Tensors]


def lora_cases(model: Model) -> Iterator[Case]:
    """Yield a case for each spelling and format of a LoRA."""
    yield from chain(_spelled(model), _headed(model), _of_encoders(model), _lycoris(model), _doras(model))
    yield from chain(_number_types(model), _refused(model))


def layer_of(model: Model, ending: str) -> str:
    """Return the first layer of the UNet whose name ends so."""
    names = (name for name, _ in model.parts.unet.named_modules())
    return next(name for name in names if name.endswith(ending))


def _pair(model: Model, ending: str, rank: int = 2, seed: int = 0) -> Pair:
    layer = layer_of(model, ending)
    out, into, *kernel = model.weight(f"unet.{layer}").shape
    down = random(rank, into, *kernel, seed=seed)
    return Pair(layer, down, random(out, rank, *[1] * len(kernel), seed=seed + 1))


def _peft(pair: Pair) -> Tensors:
    return {
        f"unet.{pair.layer}.lora_A.weight": pair.down,
        f"unet.{pair.layer}.lora_B.weight": pair.up,
    }


def _kohya(pair: Pair, alpha: float | None = None) -> Tensors:
    own = {"lora_down.weight": pair.down, "lora_up.weight": pair.up}
    return in_kohyas_names(pair.layer, own if alpha is None else {**own, "alpha": torch.tensor(alpha)})


def _of_diffusers(pair: Pair) -> Tensors:
    return {
        f"unet.{pair.layer}.lora.down.weight": pair.down,
        f"unet.{pair.layer}.lora.up.weight": pair.up,
    }


def _of_processors(pair: Pair) -> Tensors:
    attention, _, projection = pair.layer.rpartition(".")
    name = f"unet.{attention}.processor.{projection}_lora"
    return {f"{name}.down.weight": pair.down, f"{name}.up.weight": pair.up}


def _in_original_names(model: Model, tensors: Tensors) -> Tensors:
    """Respell kohya's names of the UNet's layers as blocks that are numbered through."""
    per_block = int(model.parts.unet.config["layers_per_block"])
    layer = next(iter(tensors)).partition(".")[0].removeprefix("lora_unet_")
    blocks = (f"input_blocks_{n}_{kind}_" for n in range(1, 12) for kind in (0, 1))
    for begin in blocks:
        for end in ("transformer_blocks_0_attn2_to_q", "in_layers_2"):
            if name_in_diffusers(begin + end, per_block) == layer:
                return {key.replace(layer, begin + end): each for key, each in tensors.items()}
    raise AssertionError(layer)


def _case(model: Model, name: str, tensors: Tensors, deltas: dict[str, torch.Tensor], **more: object) -> Case:
    """Make the case of a file that adds `deltas` to layers, which are named with their network."""
    strength = more.get("strength", 1.0)
    assert isinstance(strength, float)
    changed = {f"{layer}.weight": model.weight(layer) + strength * delta for layer, delta in deltas.items()}
    told = str(more.get("told", ""))
    return Case(name, "lora", _writer(tensors), changed, strength=strength, told=told)


def _writer(tensors: Tensors, metadata: dict[str, str] | None = None) -> Callable[[Path], Path]:
    return lambda folder: save(tensors, folder / FILE, metadata)


def _spelled(model: Model) -> Iterator[Case]:
    query, other = _pair(model, "attn2.to_q"), _pair(model, "attn2.to_v", rank=4, seed=5)
    third = _pair(model, "attn2.to_v", seed=5)
    feed, conv = _pair(model, "ff.net.2"), _pair(model, "resnets.0.conv1")
    deltas = {f"unet.{query.layer}": query.delta}
    spellings: dict[str, Spell] = {
        "PEFT": _peft,
        "kohya": _kohya,
        "kohya, alpha": partial(_kohya, alpha=1.0),
        "diffusers, layers": _of_diffusers,
        "diffusers, processors": _of_processors,
    }
    for name, spell in spellings.items():
        scale = 0.5 if name == "kohya, alpha" else 1.0
        yield _case(model, f"LoRA, {name}", spell(query), {f"unet.{query.layer}": scale * query.delta})
    original = _in_original_names(model, _kohya(query, 2.0))
    yield _case(model, "LoRA, kohya in SDXL's original names", original, deltas)
    yield _case(model, "LoRA at half strength", _kohya(query), deltas, strength=0.5)
    yield _case(model, "LoRA against itself", _peft(query), deltas, strength=-1.0)
    both = {**deltas, f"unet.{other.layer}": 0.25 * other.delta}
    yield _case(model, "LoRA, a rank and alpha a layer", {**_kohya(query), **_kohya(other, 1.0)}, both)
    same_rank = {f"unet.{query.layer}": 0.5 * query.delta, f"unet.{third.layer}": 2 * third.delta}
    alphas = {**_kohya(query, 1.0), **_kohya(third, 4.0)}
    yield _case(model, "LoRA, kohya, alphas that differ", alphas, same_rank)
    yield _case(model, "LoRA of a feed-forward layer", _kohya(feed), {f"unet.{feed.layer}": feed.delta})
    of_conv = {f"unet.{conv.layer}": 0.5 * conv.delta}
    yield _case(model, "LoRA of a convolution (LoCon)", _kohya(conv, 1.0), of_conv)
    yield _case(model, "LoRA of a convolution, PEFT", _peft(conv), {f"unet.{conv.layer}": conv.delta})
    missing = {**_kohya(query), **in_kohyas_names("down_blocks.9.x", {"lora_down.weight": query.down})}
    missing |= in_kohyas_names("down_blocks.9.x", {"lora_up.weight": query.up})
    yield _case(model, "LoRA, a layer not in the model", missing, deltas, told="1 of its 2 layers are not")


def _headed(model: Model) -> Iterator[Case]:
    """Yield files whose header says rank and alpha, as PEFT writes them."""
    query, other = _pair(model, "attn2.to_q"), _pair(model, "attn2.to_v", rank=4, seed=5)
    said: dict[str, object] = {"unet.r": 2, "unet.lora_alpha": 6, "unet.target_modules": ["to_q", "to_v"]}
    files: dict[str, tuple[tuple[Pair, ...], dict[str, object]]] = {
        "LoRA, PEFT, alpha in its header": ((query,), said)
    }
    patterns = {"unet.rank_pattern": {other.layer: 4}, "unet.alpha_pattern": {other.layer: 2}}
    files["LoRA, PEFT, patterns of ranks and alphas"] = ((query, other), {**said, **patterns})
    for name, (pairs, header) in files.items():
        tensors = {key: each for pair in pairs for key, each in _peft(pair).items()}
        scales = (3.0, 0.5)
        changed = {
            f"unet.{pair.layer}.weight": model.weight(f"unet.{pair.layer}") + scale * pair.delta
            for pair, scale in zip(pairs, scales, strict=False)
        }
        yield Case(name, "lora", _writer(tensors, {"lora_adapter_metadata": json.dumps(header)}), changed)


def _of_encoders(model: Model) -> Iterator[Case]:
    for number, network in enumerate(("text_encoder", "text_encoder_2"), 1):
        layer = next(
            name.removesuffix(".weight")
            for name in model.weights
            if name.startswith(f"{network}.") and name.endswith(f"{ENCODER}.weight")
        )
        out, into = model.weight(layer).shape
        down, up = random(2, into), random(out, 2, seed=1)
        names = ("lora_down.weight", "lora_up.weight"), ("lora_A.weight", "lora_B.weight")
        kohya = f"lora_te{number}_text_model_{ENCODER.replace('.', '_')}"
        spelled = {"kohya": (kohya, names[0]), "PEFT": (f"{network}.text_model.{ENCODER}", names[1])}
        for spelling, (own, (first, second)) in spelled.items():
            tensors = {f"{own}.{first}": down, f"{own}.{second}": up}
            yield _case(model, f"LoRA of {network}, {spelling}", tensors, {layer: up @ down})


def _lycoris(model: Model) -> Iterator[Case]:
    names = {"loha": "LoHa", "lokr": "LoKr", "lokr of low rank": "LoKr of low rank"}
    names["full"] = "full difference"
    for kind, name in names.items():
        for ending, of_what in (("attn2.to_q", ""), ("resnets.0.conv1", " of a convolution")):
            layer = layer_of(model, ending)
            out, into, *kernel = model.weight(f"unet.{layer}").shape
            own, delta = by_hand(kind, out, into, tuple(kernel))
            tensors = in_kohyas_names(layer, own)
            yield _case(model, f"{name}{of_what}", tensors, {f"unet.{layer}": delta})
    layer = layer_of(model, "resnets.0.norm1")
    weight, bias = (model.weights[f"unet.{layer}.{part}"] for part in ("weight", "bias"))
    norms = {"w_norm": random(len(weight)), "b_norm": random(len(weight), seed=1)}
    changed = {
        f"unet.{layer}.weight": weight + norms["w_norm"],
        f"unet.{layer}.bias": bias + norms["b_norm"],
    }
    yield Case("trained norms", "lora", _writer(in_kohyas_names(layer, norms)), changed)


def _doras(model: Model) -> Iterator[Case]:
    for ending, of_what in (("attn2.to_q", ""), ("resnets.0.conv1", " of a convolution")):
        pair = _pair(model, ending)
        before = model.weight(f"unet.{pair.layer}")
        merged = before + pair.delta
        scale = random(len(before), seed=2).abs() + 1
        shape = (-1, *[1] * (before.ndim - 1))
        norm = merged.flatten(1).norm(dim=1).reshape(shape)
        delta = scale.reshape(shape) * merged / norm - before
        deltas = {f"unet.{pair.layer}": delta}
        scales = in_kohyas_names(pair.layer, {"dora_scale": scale.reshape(shape)})
        yield _case(model, f"DoRA{of_what}, kohya", {**_kohya(pair), **scales}, deltas)
        if not of_what:
            own = {f"unet.{pair.layer}.lora_magnitude_vector": scale}
            yield _case(model, "DoRA, PEFT", {**_peft(pair), **own}, deltas)


def _number_types(model: Model) -> Iterator[Case]:
    pair = _pair(model, "attn2.to_q")
    for dtype in (torch.float16, torch.bfloat16):
        rounded = Pair(pair.layer, pair.down.to(dtype).float(), pair.up.to(dtype).float())
        tensors = {name: each.to(dtype) for name, each in _kohya(rounded).items()}
        name = f"LoRA in {str(dtype).removeprefix('torch.')}"
        yield _case(model, name, tensors, {f"unet.{pair.layer}": rounded.delta})


def _refused(model: Model) -> Iterator[Case]:
    layer = layer_of(model, "attn2.to_q")
    out, into = model.weight(f"unet.{layer}").shape
    square, wide = torch.ones(2, 2), _peft(Pair(layer, torch.ones(2, into + 8), torch.ones(out, 2)))
    files: dict[str, tuple[Tensors, str]] = {
        "OFT": (in_kohyas_names(layer, {"oft_blocks": square}), "is an OFT"),
        "BOFT": (in_kohyas_names(layer, {"boft_blocks": square}), "is a BOFT"),
        "GLoRA": (in_kohyas_names(layer, {"a1.weight": square}), "is a GLoRA"),
        "(IA)³": (in_kohyas_names(layer, {"weight": square, "on_input": square}), "is an (IA)³"),
        "LoRA of another width": (wide, "does not fit the model"),
        "LoRA of another model": (_kohya(Pair("nowhere", square, square)), "matches none"),
        "a format that nobody knows": (in_kohyas_names(layer, {"evil": square}), "evil"),
    }
    for name, (tensors, told) in files.items():
        yield Case(name, "lora", _writer(tensors), refused=told)
