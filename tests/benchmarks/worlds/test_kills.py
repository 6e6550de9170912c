"""A world whose bakes are killed is finished by others, and no finished window is painted again."""

from pathlib import Path

import pytest

from benchmarks.worlds.kills import Losses, Project, count_repaints, figures_of, is_torn, kill_often

KILLS_SHORT, KILLS_LONG = 5, 100


@pytest.mark.parametrize("kills", [KILLS_SHORT, pytest.param(KILLS_LONG, marks=pytest.mark.long)])
def test_kills_cost_no_finished_window_and_no_pixel(
    kills: int, tmp_path: Path, tiny_sdxl_folder: Path
) -> None:
    project = Project(tmp_path, str(tiny_sdxl_folder))
    losses = kill_often(project, kills)
    assert (losses.kills, losses.torn, losses.other_pixels) == (kills, 0, 0)
    notes = project.notes()
    assert count_repaints(notes) == 0
    assert len(notes) >= 2 * 2 * 12 * losses.worlds, "12 windows in 2 rounds"
    assert all(figure.is_met is not False for figure in figures_of(losses, notes))


def test_losses_are_seen(tmp_path: Path) -> None:
    assert count_repaints(["painted a", "painted a", "kept a", "painted b", "painted a", "kept b"]) == 1
    (tmp_path / "torn.png").write_bytes(b"half")
    assert is_torn(tmp_path / "torn.png", "hash")
    assert not is_torn(tmp_path / "none.png", "hash")
    figures = figures_of(Losses(1, 2, 3, 4, [1.0]), ["painted a", "kept a", "painted a"])
    assert [figure.value for figure in figures[:6]] == [1, 4, 2, 1, 3, 1]
