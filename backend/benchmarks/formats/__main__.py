"""Run the benchmark of model files."""

from benchmarks.formats.run import main

if __name__ == "__main__":
    main()
