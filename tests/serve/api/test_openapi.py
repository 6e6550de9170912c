"""docs/openapi.json: it is what the code says, and the code does what it says."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import schemathesis
from hypothesis import assume, settings
from schemathesis.specs.openapi.checks import allow_header_conformance

from tilebake.serve.api import openapi
from tilebake.serve.api.endpoints import ENDPOINTS
from tilebake.serve.api.messages import MAX_WAIT

if TYPE_CHECKING:
    from tests.serve.api.conftest import Api

FILE: Final = Path(__file__).resolve().parents[3] / "docs" / "openapi.json"
HINT: Final = "python -m tests.helpers.write_openapi"
EXAMPLES: Final = 10  # requests for each endpoint
MANY_EXAMPLES: Final = 500
WAITS: Final = {str(seconds) for seconds in range(MAX_WAIT + 1)}  # which are not waited for here

Case = schemathesis.Case[Any]
Test = Callable[..., None]

with_every_endpoint: Callable[[Test], Test] = schemathesis.openapi.from_path(FILE).parametrize()


def test_the_document_is_that_of_the_code() -> None:
    assert FILE.read_text(encoding="utf-8") == openapi.text(), HINT


def test_every_endpoint_is_in_it_once() -> None:
    paths = openapi.document()["paths"].values()
    names = [operation["operationId"] for path in paths for operation in path.values()]
    assert len(set(names)) == len(names) == len(ENDPOINTS)


@with_every_endpoint
@settings(max_examples=EXAMPLES)
def test_the_code_does_what_the_document_says(case: Case, lasting_api: "Api") -> None:
    hold_against_the_document(case, lasting_api)


@pytest.mark.long
@with_every_endpoint
@settings(max_examples=MANY_EXAMPLES)
def test_the_code_always_does_what_the_document_says(case: Case, lasting_api: "Api") -> None:
    hold_against_the_document(case, lasting_api)


def hold_against_the_document(case: Case, api: "Api") -> None:
    """Requests that fit the document, and others, and some without a token: all are answered as it says."""
    assume([] not in case.query.values())  # counts as wrong, though nothing of it would be sent
    if str(case.query.get("wait")) in WAITS:
        case.query["wait"] = 0
    case.call_and_validate(
        base_url=f"http://{api.ready.host}",
        headers={"Authorization": f"Bearer {api.ready.token}"},
        excluded_checks=[allow_header_conformance],  # the gate knows methods, but no paths
    )
