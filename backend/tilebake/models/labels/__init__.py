"""Read what a model's or a LoRA's files say of themselves: their names, headers and flags."""
