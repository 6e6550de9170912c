"""Soft masks: how strongly each terrain is heard at each latent pixel."""
