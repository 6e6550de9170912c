"""Run the benchmark."""

from benchmarks.art.run import command

command()
