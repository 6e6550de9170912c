"""Let LoRAs work within single terrains."""
