"""Look up files that are loaded beside a model: adapters of pictures, ControlNets, VAEs, words."""
