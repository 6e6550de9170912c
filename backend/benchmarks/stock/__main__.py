"""Run the comparison with stock diffusers."""

from benchmarks.stock.run import main

if __name__ == "__main__":
    main()
