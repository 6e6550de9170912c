"""The UNet with its text encoders, and their training."""
