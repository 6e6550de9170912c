"""Run the benchmark: `python -m benchmarks.tilesets`."""

from benchmarks.tilesets.run import main

main()
