"""Load an SDXL model onto a device."""
