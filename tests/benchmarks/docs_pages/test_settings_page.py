"""docs/settings.md is what its script writes, and has every setting with its default and its range."""

import re

from benchmarks.docs_pages.settings_page import PAGE, page
from tilebake.level.settings import SettingsOverride


def test_page_is_what_its_script_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m benchmarks.docs_pages.settings_page`"


def test_every_setting_has_a_row_of_its_own() -> None:
    names = re.findall(r"^\| `(\w+)`[^|]* \| [^|]+ \| [^|]+ \| [^|]+ \|$", page(), re.MULTILINE)
    assert sorted(names) == sorted(SettingsOverride.model_fields)
