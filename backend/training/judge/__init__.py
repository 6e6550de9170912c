"""The judge's training."""
