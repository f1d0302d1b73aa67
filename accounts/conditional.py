"""Conditional requests: an answer that is known to be the one the client has is not made again."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django.http import HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags

LENGTH = 40


def etag_of(*parts: object) -> str:
    """A strong tag of everything that an answer is made from. Two texts never run together."""
    said = "".join(f"{len(str(part))}:{part}" for part in parts)
    return f'"{sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:LENGTH]}"'


def etag_of_bytes(content: bytes) -> str:
    """A strong tag of an answer that is made already."""
    return f'"{sha256(content).hexdigest()[:LENGTH]}"'


def asked_for(query: Mapping[str, Any]) -> str:
    """The filters of an address in one order."""
    lists = getattr(query, "lists", query.items)
    return repr(sorted((name, str(value)) for name, value in lists()))


def unchanged(request: Any, etag: str) -> bool:
    """Whether the client has this answer. Compared weakly, as the standard says of reading."""
    sent = parse_etags(request.headers.get("If-None-Match", ""))
    known = [tag.removeprefix("W/") for tag in sent]
    return "*" in known or etag.removeprefix("W/") in known


def not_modified(etag: str) -> HttpResponseNotModified:
    response = HttpResponseNotModified()
    response.headers["ETag"] = etag
    return response


def tagged(response: HttpResponseBase, etag: str) -> Any:
    response.headers["ETag"] = etag
    return response
