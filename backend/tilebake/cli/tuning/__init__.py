"""Make the combinations of values that `tilebake tune` tries."""
