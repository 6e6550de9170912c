"""Run the benchmark: `python -m benchmarks.attention`."""

from benchmarks.attention.run import main

main()
