"""The worker process, its supervisor, and the protocol between them."""
