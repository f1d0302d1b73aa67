"""Pages that this process has made, served again as long as all they are made from is as it was.

A view says what its page is made from (`request.footing`). The version of all that, the page's
stamp, is one question; the session, the user, the membership and every right are in it. A page is
kept under the stamp that was asked for *before* it was made, and served only while the stamp is
still the same: whatever changes afterwards, or meanwhile, makes another stamp and the page anew.
So nothing is ever invalidated, and no two processes need to tell each other anything.

    first request    nothing is known: the page is made, and what it is made from is noted
    second           stamp, page made, kept under the stamp
    from then on     stamp, page
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from threading import Lock
from time import perf_counter
from typing import Final, TypeAlias

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from accounts.middleware import correlation_id
from portfolios.selectors.page_stamp import Footing, page_stamp

Answer: TypeAlias = Callable[[HttpRequest], HttpResponse]
# The session's key, the address of the page, and the languages that the browser asks for.
Address: TypeAlias = tuple[str, str, str]
Stamp: TypeAlias = tuple[str, date]  # what the page is made from, and the day: figures get old

TOKEN: Final = re.compile(rb'name="csrfmiddlewaretoken" value="(\w{64})"')
EACH_TIME: Final = frozenset({"content-length", "server-timing", "x-correlation-id"})
NOTED: Final = 2048  # bytes that a page is counted for besides its own
LONGEST: Final = 512  # characters of an address: what is longer was not written by our pages


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page in parts: between them stands the reader's token, masked anew in every answer.
    Without a stamp it is only noted what the page is made from."""

    footing: Footing
    stamp: Stamp | None = None
    parts: tuple[bytes, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def size(self) -> int:
        return NOTED + sum(map(len, self.parts))


class Shelf:
    """The pages that were asked for last, up to a size."""

    def __init__(self) -> None:
        self._pages: OrderedDict[Address, KeptPage] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, address: Address) -> KeptPage | None:
        with self._lock:
            page = self._pages.get(address)
            if page is not None:
                self._pages.move_to_end(address)
            return page

    def put(self, address: Address, page: KeptPage, limit: int) -> None:
        with self._lock:
            self._take(address)
            self._pages[address] = page
            self._size += page.size
            while self._size > limit:
                self._take(next(iter(self._pages)))

    def drop(self, address: Address) -> None:
        with self._lock:
            self._take(address)

    def _take(self, address: Address) -> None:
        page = self._pages.pop(address, None)
        self._size -= page.size if page is not None else 0


SHELF: Final = Shelf()


class KeptPagesMiddleware:
    """Stands before the identity: a page that still holds needs no transaction."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.limit = settings.KEPT_PAGES_MB * 1024 * 1024

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address = address_of(request) if self.limit else None
        if address is None:
            return self.get_response(request)
        started = perf_counter()
        kept = SHELF.get(address)
        stamp = None if kept is None else _stamp(address, kept.footing)
        if kept is not None and stamp is not None and stamp == kept.stamp:
            return _served(request, kept, started)
        response = self.get_response(request)
        self._keep(address, request, response, stamp, kept)
        return response

    def _keep(
        self,
        address: Address,
        request: HttpRequest,
        response: HttpResponse,
        stamp: Stamp | None,
        known: KeptPage | None,
    ) -> None:
        footing = getattr(request, "footing", None)
        if not isinstance(footing, Footing) or not _is_plain(request, response):
            SHELF.drop(address)
            return
        page = KeptPage(footing)
        if stamp is not None and known is not None and known.footing == footing:
            parts = _parts(response.content)
            page = page if parts is None else _whole(page, stamp, parts, response)
        SHELF.put(address, page, self.limit)


def address_of(request: HttpRequest) -> Address | None:
    """None where an answer is no whole page, or says something that is said once."""
    if request.method != "GET" or "messages" in request.COOKIES:
        return None
    if "HX-Request" in request.headers or "Authorization" in request.headers:
        return None
    session_key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    path = request.get_full_path()
    languages = request.headers.get("Accept-Language", "")
    if not session_key or len(session_key) + len(path) + len(languages) > LONGEST:
        return None
    return session_key, path, languages


def _stamp(address: Address, footing: Footing) -> Stamp | None:
    found = page_stamp(address[0], footing)
    return None if found is None else (found, timezone.now().date())


def _is_plain(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether an answer is the page and nothing else: no cookie, no message."""
    if response.status_code != 200 or response.streaming or response.cookies:
        return False
    said = getattr(request, "_messages", None)
    return said is None or not (said.added_new or len(said))


def _parts(content: bytes) -> tuple[bytes, ...] | None:
    """A page cut at the reader's token. None where more than one stands in it."""
    tokens = set(TOKEN.findall(content))
    if not tokens:
        return (content,)
    return tuple(content.split(tokens.pop())) if len(tokens) == 1 else None


def _whole(
    page: KeptPage, stamp: Stamp, parts: tuple[bytes, ...], response: HttpResponse
) -> KeptPage:
    headers = [it for it in response.headers.items() if it[0].lower() not in EACH_TIME]
    return replace(page, stamp=stamp, parts=parts, headers=tuple(headers))


def _served(request: HttpRequest, page: KeptPage, started: float) -> HttpResponse:
    token = get_token(request).encode() if len(page.parts) > 1 else b""
    response = HttpResponse(token.join(page.parts), headers=dict(page.headers))
    patch_vary_headers(response, ("Cookie",))
    response.headers["X-Correlation-ID"] = correlation_id(request)
    response.headers["Server-Timing"] = f"view;dur={(perf_counter() - started) * 1000:.1f}"
    return response
