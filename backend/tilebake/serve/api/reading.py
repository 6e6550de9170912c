"""Reading: a request that the gate let through becomes an endpoint's form, or is told what is wrong."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import from_json
from starlette.requests import Request

from tilebake.errors import Diagnostic, Location
from tilebake.level.source.diagnostics import field_problems
from tilebake.level.source.json_positions import path_text, snippet
from tilebake.level.source.schema_base import StrictModel
from tilebake.serve.api.refusal import RefusedError, refuse

_F = TypeVar("_F", bound=StrictModel)


async def read_form(form: type[_F], request: Request) -> _F:
    """Read a request's form from its path, its query and its body. Raises RefusedError."""
    query, body = _query(request), _object(await request.body())
    if request.method == "GET" and body:
        raise refuse(HTTPStatus.BAD_REQUEST, "a GET has no body", "send it as a query")
    if request.method != "GET" and query:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, "a POST has no query", "send it as a JSON body")
    data = _merge(query, body, request.path_params)
    try:
        return form.model_validate(data)
    except ValidationError as error:
        first = field_problems(error, data)[0]
        where = Location(json_path=path_text(first.path))
        diagnostic = Diagnostic(first.what, where, first.hint)
        raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, diagnostic) from None


def _query(request: Request) -> Mapping[str, object]:
    pairs = request.query_params.multi_items()
    if len(dict(pairs)) != len(pairs):
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, "a key of the query is there twice", "send it once")
    return dict(pairs)


def _object(body: bytes) -> Mapping[str, object]:
    try:
        data: object = from_json(body or b"{}", allow_inf_nan=False)
    except ValueError as error:
        raise refuse(HTTPStatus.BAD_REQUEST, f"not JSON: {error}") from None
    if not isinstance(data, dict):
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, "the body is not an object", "send {...}")
    return data


def _merge(*parts: Mapping[str, object]) -> dict[str, object]:
    """Merge all parts into one; a body cannot override the path."""
    data: dict[str, object] = {}
    for part in parts:
        for key in part:
            if key in data:
                what = f"{snippet(key)} stands in the path already"
                raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, what, "leave it out")
        data |= part
    return data
