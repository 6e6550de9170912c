"""Describe the endpoints as an OpenAPI document: docs/openapi.json."""

import json
import re
from typing import Any, Final

from pydantic import TypeAdapter

from tilebake.serve.api.endpoints import ENDPOINTS, Endpoint
from tilebake.serve.jobs.status import ShownDiagnostic

Schema = dict[str, Any]

VERSION: Final = "2"  # of the API: the /v2 of its paths
DESCRIPTION: Final = (
    "How an editor talks to `tilebake watch`. The port and the token change with every start and stand in "
    "the ready file, which the user alone can read. Whatever only browsers send (Origin, Referer, "
    "Sec-Fetch-*) is refused."
)
REFS: Final = "#/components/schemas/{model}"
DIAGNOSTIC: Final = "Diagnostic"  # the body of every refusal


def document() -> Schema:
    """Describe the local API in OpenAPI 3.1."""
    replies = {endpoint.reply for endpoint in ENDPOINTS}
    schemas, definitions = TypeAdapter.json_schemas(
        [(reply, "serialization", TypeAdapter(reply)) for reply in replies], ref_template=REFS
    )
    paths: dict[str, Schema] = {}
    for endpoint in ENDPOINTS:
        operation = _operation(endpoint, schemas[endpoint.reply, "serialization"])
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = operation
    diagnostic = TypeAdapter(ShownDiagnostic).json_schema(mode="serialization")
    parts = {**_forms_parts(), **definitions["$defs"], DIAGNOSTIC: diagnostic}
    return {
        "openapi": "3.1.0",
        "info": {"title": "tilebake's local API", "version": VERSION, "description": DESCRIPTION},
        "servers": [{"url": "http://127.0.0.1:{port}", "variables": {"port": {"default": "0"}}}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": dict(sorted(parts.items())),
        },
    }


def text() -> str:
    """Return the text of docs/openapi.json."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def _forms_parts() -> Schema:
    """Return the schemas that forms are made of."""
    forms = [endpoint.form.model_json_schema(ref_template=REFS) for endpoint in ENDPOINTS]
    return {name: part for form in forms for name, part in form.get("$defs", {}).items()}


def _operation(endpoint: Endpoint[Any], reply: Schema) -> Schema:
    form = endpoint.form.model_json_schema(ref_template=REFS)
    in_path = re.findall(r"{(\w+)}", endpoint.path)
    others = [name for name in form.get("properties", {}) if name not in in_path]
    in_query = others if endpoint.method == "GET" else []
    media = "image/png" if endpoint.reply is bytes else "application/json"
    parameters = [_parameter(form, name, "path") for name in in_path]
    parameters += [_parameter(form, name, "query") for name in in_query]
    operation: Schema = {"operationId": _name(endpoint), "summary": endpoint.summary}
    if not endpoint.needs_token:
        operation["security"] = []
    if parameters:
        operation["parameters"] = parameters
    if endpoint.method == "POST":
        operation["requestBody"] = _body(form, others)
    refusal = _response("Refused: what is wrong, and what to do", "application/json", _ref(DIAGNOSTIC))
    answer = _response("Done", media, reply)
    return {**operation, "responses": {"200": answer, "4XX": refusal, "5XX": refusal}}


def _name(endpoint: Endpoint[Any]) -> str:
    """Name an operation by method and path without version and ids: `get_jobs_progress_image`."""
    words = re.sub(r"{\w+}", "", endpoint.path).split("/")[2:]
    return "_".join([endpoint.method.lower(), *(word for word in words if word)])


def _ref(model: str) -> Schema:
    return {"$ref": REFS.format(model=model)}


def _parameter(form: Schema, name: str, place: str) -> Schema:
    schema = dict(form["properties"][name])
    description = schema.pop("description")
    required = name in form.get("required", [])
    return {"name": name, "in": place, "required": required, "description": description, "schema": schema}


def _body(form: Schema, names: list[str]) -> Schema:
    properties = {name: form["properties"][name] for name in names}
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    alternatives = {"oneOf": form["oneOf"]} if "oneOf" in form else {}
    return {
        "required": bool(alternatives),
        "content": {"application/json": {"schema": schema | alternatives}},
    }


def _response(description: str, media: str, schema: Schema) -> Schema:
    return {"description": description, "content": {media: {"schema": schema}}}
