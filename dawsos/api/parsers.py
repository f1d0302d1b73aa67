"""JSON bodies, read strictly: one value for each name, finite numbers, a shallow tree."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from rest_framework.parsers import JSONParser

from patterns.exceptions import DawsError

MAX_DEPTH = 32


class BodyNumberInvalid(DawsError):
    """``NaN`` and ``Infinity`` are words of some programs and no numbers of JSON."""

    code = "VALIDATION_2000"
    http_status = 422
    suggestion = "Send finite numbers."


class BodyMalformed(DawsError):
    """Not JSON, or JSON that two readers would read differently."""

    code = "VALIDATION_2000"
    http_status = 400
    suggestion = "Send one JSON object in UTF-8, each name once, at most 32 levels deep."


class StrictJSONParser(JSONParser):
    """Refuses what two readers would read in two ways, or what only a bomb contains."""

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            found = json.loads(
                stream.read().decode(),
                object_pairs_hook=_object,
                parse_constant=_refuse_constant,
            )
        except (ValueError, RecursionError) as error:
            raise _malformed("The body is not valid JSON.", "json_invalid") from error
        _check_depth(found)
        return found


def _malformed(message: str, reason: str) -> BodyMalformed:
    return BodyMalformed(message, details={"reason": reason})


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _malformed("A name occurs twice in one object.", "name_duplicate")
    return found


def _refuse_constant(word: str) -> NoReturn:
    raise BodyNumberInvalid(f"{word} is not a number.", details={"reason": "number_invalid"})


def _check_depth(found: Any) -> None:
    level = [found]
    for _ in range(MAX_DEPTH + 1):
        level = [each for each in level if isinstance(each, dict | list)]
        if not level:
            return
        level = [child for each in level for child in _children(each)]
    raise _malformed(f"The body is more than {MAX_DEPTH} levels deep.", "too_deep")


def _children(found: dict[str, Any] | list[Any]) -> list[Any]:
    return list(found.values()) if isinstance(found, dict) else found
