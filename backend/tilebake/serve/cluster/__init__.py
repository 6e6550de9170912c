"""Paint on many machines: one driver plans and publishes, and workers that hold a model each paint."""
