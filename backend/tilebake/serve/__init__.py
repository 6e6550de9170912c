"""When maps are painted, and for whom. No torch."""
