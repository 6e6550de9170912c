"""`python -m tilebake`."""

from tilebake.cli import main

main()
