"""One command line of tilebake in a process that is watched from within: see `benchmarks.serve.process`.

Nothing is imported before the command that the command would not import itself.
"""

import sys

from tilebake.cli import run_command_line


def peak_bytes() -> int | None:
    """Return the most memory that this process has held at once; None where the system does not tell.

    A parent cannot ask for it: what the system counts for a child begins at the parent's own size.
    """
    from pathlib import Path

    status = Path("/proc/self/status")
    if status.exists():
        held = [line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM")]
        return int(held[0].split()[1]) * 1024 if held else None
    if sys.platform == "win32":
        return None
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def main() -> None:
    """Run the command line, and add a line of JSON to stdout that tells what it took."""
    code = run_command_line(sys.argv[1:])
    import json

    print(json.dumps({"peak_bytes": peak_bytes(), "imported_torch": "torch" in sys.modules}))
    sys.exit(code)


if __name__ == "__main__":
    main()
