"""Paint like pictures: IP-Adapters, by each terrain's mask."""
