"""Run the benchmark: `python -m benchmarks.control`."""

from benchmarks.control.run import main

main()
