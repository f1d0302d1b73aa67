"""What holds at every door of the API, said once for all of them in its description."""

from __future__ import annotations

import re
from typing import Any

from drf_spectacular.openapi import AutoSchema

JSON = "application/json"
WRITES = ("post", "put", "patch", "delete")
ERROR: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "suggestion", "details", "correlation_id"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "suggestion": {"type": "string"},
                "details": {"type": "object", "additionalProperties": {}},
                "correlation_id": {"type": "string"},
            },
        }
    },
}
EVERYWHERE = {
    "401": "There is no login, or it has ended",
    "403": "Role, membership, scopes or a missing CSRF token do not allow it",
    "404": "There is no such thing for this user",
    "406": "Only JSON is answered here",
    "422": "The input is not valid; every mistake is in details.errors",
    "429": "Too many wrong tokens or logins",
    "503": "The database did not answer, or the pack is not fresh",
}
WITH_A_BODY = {
    "400": "The body is not valid JSON, or JSON that can be read twice",
    "413": "The body is too large",
    "415": "The body's media type is not understood",
}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same request under the same key has one effect and gets one answer.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$", "minLength": 1, "maxLength": 255},
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The ETag of an answer that the client has: 304 if it is still the answer.",
    "schema": {"type": "string", "pattern": '^(W/)?"[0-9a-f]{40}"$'},
}
TAG = {"ETag": {"description": "Of this answer", "schema": {"type": "string"}}}
LOGINS = "/api/auth/"


class HouseSchema(AutoSchema):
    """Names an operation by its address, which is unique and says what it is."""

    def get_operation_id(self) -> str:
        words = re.findall(r"[a-z_]+", re.sub(r"^/api/(v1/)?|^/v1/", "", self.path))
        version = "" if self.path.startswith("/api/v1/") else "older_"
        return f"{self.method.lower()}_{version}{'_'.join(words)}"


def describe_house_rules(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Errors and their shape, keys of writes, tags of reads."""
    result.setdefault("components", {}).setdefault("schemas", {})["Error"] = ERROR
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            _describe(path, method, operation)
    return result


def _describe(path: str, method: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    for status, said in EVERYWHERE.items():
        responses.setdefault(status, {"description": said})
    if method in WRITES:
        for status, said in WITH_A_BODY.items():
            responses.setdefault(status, {"description": said})
        if not path.startswith(LOGINS):
            operation.setdefault("parameters", []).append(KEY)
    elif not path.startswith(LOGINS):
        operation.setdefault("parameters", []).append(IF_NONE_MATCH)
        responses.setdefault("304", {"description": "The client has the answer already"})
        responses["200"].setdefault("headers", TAG)
    for status, response in responses.items():
        if status >= "400":
            response["content"] = {JSON: {"schema": {"$ref": "#/components/schemas/Error"}}}
    operation["responses"] = dict(sorted(responses.items()))
