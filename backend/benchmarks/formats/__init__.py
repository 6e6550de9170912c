"""Show that every format of model files is painted right or refused by name."""
