"""The patterns of the house, as the database has them and as this process knows them.

Every process asks for the active versions at most once a second, with a query over a handful of
rows, and reads texts only when that list has changed. So an upload is served everywhere within a
second, and a page that is asked often pays for none of it.
"""

from functools import lru_cache
from time import monotonic

from django.conf import settings

from patterns import library
from patterns.models import InstalledPattern, UploadedPattern
from patterns.reading import Reading, read_spec
from patterns.source import parse
from patterns.spec import PatternSpec

_known: dict[str, tuple[str, ...]] = {"active": ()}
_asked: dict[str, float] = {}


def sync_library(*, now: bool = False) -> None:
    """Make this process serve what the database says. `now` asks whenever it was asked last."""
    if not now and not _is_due(settings.PATTERN_REFRESH_SECONDS):
        return
    _asked["at"] = monotonic()
    rows = UploadedPattern.objects.active().order_by("pattern_id")
    active = tuple(rows.values_list("digest", flat=True))
    if active == _known["active"]:
        return
    texts = {row.pattern_id: reading_of(row.text, f"{row.pattern_id}.json") for row in rows}
    library.take_over(texts)
    _known["active"] = active


def _is_due(seconds: float | None) -> bool:
    return seconds is not None and monotonic() - _asked.get("at", -seconds) >= seconds


def forget_library() -> None:
    """As a process that has just started: it knows the built-in patterns alone."""
    library.take_over({})
    _known["active"] = ()
    _asked.clear()


def uploads() -> list[UploadedPattern]:
    """Every version of every pattern of the house, by pattern, the newest first."""
    return list(UploadedPattern.objects.newest_first().defer("text"))


def kept_version(pattern_id: str, version: str) -> PatternSpec | None:
    """A pattern as it was in a version, of the house or of an earlier product."""
    text = _text(UploadedPattern, pattern_id, version) or _text(
        InstalledPattern, pattern_id, version
    )
    return None if text is None else reading_of(text, f"{pattern_id}.json").spec


def _text(
    kept: type[UploadedPattern | InstalledPattern], pattern_id: str, version: str
) -> str | None:
    rows = kept._default_manager.filter(pattern_id=pattern_id, version=version)
    return rows.values_list("text", flat=True).first()


@lru_cache(maxsize=128)
def reading_of(text: str, name: str) -> Reading:
    return read_spec(parse(text, name))
