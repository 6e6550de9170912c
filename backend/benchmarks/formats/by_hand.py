"""Make one layer's tensors in LyCORIS' formats by hand, with the difference that they stand for."""

import torch

Tensors = dict[str, torch.Tensor]


def random(*shape: int, seed: int = 0) -> torch.Tensor:
    """Return small numbers of a shape, the same for a seed."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed)) / 4


def by_hand(kind: str, out: int, into: int, kernel: tuple[int, ...]) -> tuple[Tensors, torch.Tensor]:
    """Return one layer's tensors in a format, and the difference that they stand for, by its definition."""
    size = into * (kernel[0] ** 2 if kernel else 1)
    shape = (out, into, *kernel)
    alpha = torch.tensor(1.0)  # with rank 2: half
    match kind:
        case "lora":
            down, up = random(2, into, *kernel), random(out, 2, *[1] * len(kernel), seed=1)
            delta = 0.5 * torch.einsum("or,ri->oi", up.reshape(out, 2), down.reshape(2, size))
            return {"lora_down.weight": down, "lora_up.weight": up, "alpha": alpha}, delta.reshape(shape)
        case "loha":
            a, b, c, d = (
                random(out, 2),
                random(2, size, seed=1),
                random(out, 2, seed=2),
                random(2, size, seed=3),
            )
            delta = 0.5 * torch.einsum("or,ri,os,si->oi", a, b, c, d)
            names = ("hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b")
            return {**dict(zip(names, (a, b, c, d), strict=True)), "alpha": alpha}, delta.reshape(shape)
        case "lokr":
            one, other = random(2, 4), random(out // 2, into // 4, *kernel, seed=1)
            delta = torch.einsum("ab,cd...->acbd...", one, other).reshape(shape)
            return {"lokr_w1": one, "lokr_w2": other, "alpha": alpha}, delta
        case "lokr of low rank":
            one, a, b = random(2, 4), random(out // 2, 2, seed=1), random(2, size // 4, seed=2)
            delta = 0.5 * torch.einsum("ab,cr,rd->acbd", one, a, b)
            return {"lokr_w1": one, "lokr_w2_a": a, "lokr_w2_b": b, "alpha": alpha}, delta.reshape(shape)
        case "full":
            delta = random(*shape)
            return {"diff": delta}, delta
        case _:
            raise AssertionError(kind)


def in_kohyas_names(layer: str, tensors: Tensors) -> Tensors:
    """Spell one UNet layer's tensors as kohya does."""
    return {f"lora_unet_{layer.replace('.', '_')}.{name}": tensor for name, tensor in tensors.items()}
