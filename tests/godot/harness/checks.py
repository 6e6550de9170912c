"""Judge the scripts of gd/ that check something: every check holds, and the script ran to its end."""

from tests.godot.harness.engine import Run


def assert_checks(run: Run) -> None:
    """Assert that a script found nothing bad and came to its end.

    The script prints `FINISHED` with its number of checks after its last step (gd/shared/checks.gd), and it
    runs every step that is written in it. So nothing has to be counted here.
    """
    steps = run.lines("STEP ")
    assert run.lines("BAD ") == [], f"these checks failed\n{run.log}"
    assert len(run.lines("FINISHED ")) == 1, f"the script stopped in the step {steps[-1:]}\n{run.log}"
    assert int(run.lines("FINISHED ")[0]) == len(run.lines("OK ")) > 0, run.log
