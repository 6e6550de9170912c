"""Figures about tilebake: how true its paintings are, and what they cost.

    python -m benchmarks.quality   # placement, plain prompts, seams, time and memory
    python -m benchmarks.serve.speed     # the command line's latencies
    python -m benchmarks.control   # attention seen and steered: heat, word swaps, weights, cost

Each prints a table, and one JSON line last.
"""
