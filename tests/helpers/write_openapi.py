"""Write docs/openapi.json anew: `python -m tests.helpers.write_openapi`, after a change of the local API."""

from tests.helpers import ROOT
from tilebake.serve.api.openapi import text

if __name__ == "__main__":
    (ROOT / "docs" / "openapi.json").write_text(text(), encoding="utf-8")
