"""Fuse what diffusers does not read: LyCORIS' formats and weight-decomposed LoRAs, in kohya's names."""
