"""From bytes to entries: the format is chosen or recognised, a saved mapping is found again.

Nothing is guessed: what the file leaves open comes back as questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from market.formats.csv_records import Limits
from market.formats.faults import Fault
from patterns.canonical import content_hash
from portfolios.formats.contract import Format, Parsed, Question, Shape, Source
from portfolios.formats.registry import SURE, detect, format_named, formats
from portfolios.models import ImportMapping, Portfolio
from portfolios.services.import_choices import Choices

NO_MAPPING = "none"  # the reader wants to map the columns anew
HOLDINGS_NOTE = (
    "This file says what is held, not how it came to be held: its rows become opening balances. "
    "Returns that need the flows before its day are withheld."
)


@dataclass(frozen=True, slots=True)
class Read:
    """A file as its format understands it; no format where that is still open."""

    choices: Choices
    parsed: Parsed
    format: Format | None = None


def read_file(
    portfolio: Portfolio, source: Source, choices: Choices, *, today: date, limits: Limits
) -> Read:
    """Parse a file under its reader's choices. Raises nothing, whatever the bytes are."""
    if limits.max_bytes is not None and len(source.content) > limits.max_bytes:
        return Read(choices, _unreadable(_too_large(limits.max_bytes)))
    chosen = choose_format(source, choices.format)
    if isinstance(chosen, Question):
        return Read(choices, Parsed(unread=None, questions=(chosen,)))
    if isinstance(chosen, Fault):
        return Read(choices, _unreadable(chosen))
    options = choices.options(base_currency=portfolio.base_currency, today=today, limits=limits)
    parsed = chosen.parse(source, options)
    mapping = _known_mapping(portfolio, parsed, choices)
    if mapping is not None:
        choices = with_mapping(choices, mapping)
        options = choices.options(base_currency=portfolio.base_currency, today=today, limits=limits)
        note = f"The columns are read by the saved mapping “{mapping.name}”."
        parsed = chosen.parse(source, options)
        parsed = replace(parsed, notes=(*parsed.notes, note))
    if chosen.shape is Shape.HOLDINGS and not parsed.questions:
        parsed = replace(parsed, notes=(*parsed.notes, HOLDINGS_NOTE))
    return Read(replace(choices, format=chosen.name), parsed, chosen)


def choose_format(source: Source, name: str) -> Format | Question | Fault:
    """The named format, else the one the file must be; a question where it may be several."""
    if name:
        return format_named(name) or _unknown_format(name)
    if not source.content.strip(b" \t\r\n\xef\xbb\xbf"):
        return Fault(
            reason="file_malformed", message="The file is empty.", remedy="Choose another file."
        )
    likely = detect(source)
    sure = [format_ for format_, score in likely if score > SURE]
    certain = [format_ for format_, score in likely if score >= 1]
    for found in (certain, sure, [format_ for format_, _ in likely]):
        if len(found) == 1:
            return found[0]
        if found:
            return _which_format(found)
    return Fault(
        reason="format_unknown",
        message="No format that DawsOS knows looks like this file.",
        remedy="Choose its format by hand, or save it as CSV.",
    )


def header_hash(columns: Sequence[str]) -> str:
    """The same for every file with the same header, whatever the case and blanks around it."""
    return content_hash([column.strip().casefold() for column in columns])


def with_mapping(choices: Choices, mapping: ImportMapping) -> Choices:
    """A saved mapping where its reader has not decided otherwise."""
    kept = {name: mapping.options.get(name, "") for name in ("date_style", "decimal_style")}
    kept["currency"] = mapping.options.get("currency", "")
    said = {name: getattr(choices, name) or value for name, value in kept.items()}
    return replace(choices, columns=dict(mapping.columns), mapping=mapping.name, **said)


def _known_mapping(portfolio: Portfolio, parsed: Parsed, choices: Choices) -> ImportMapping | None:
    """The mapping saved last for this header, where the file needs one and none was chosen."""
    asks = any(question.about == "columns" for question in parsed.questions)
    if not asks or choices.columns or not parsed.columns or choices.mapping == NO_MAPPING:
        return None
    known = ImportMapping.objects.filter(
        portfolio=portfolio, header_hash=header_hash(parsed.columns)
    )
    return known.order_by("-at").first()


def _which_format(found: Sequence[Format]) -> Question:
    return Question(
        about="format",
        message="The file can be read in several formats.",
        choices=tuple((format_.name, format_.title) for format_ in found),
    )


def _unknown_format(name: str) -> Fault:
    known = ", ".join(format_.name for format_ in formats())
    return Fault(
        reason="format_unknown",
        message=f"There is no format {name[:40]!r}.",
        remedy=f"Use one of {known}.",
        value=name,
    )


def _unreadable(fault: Fault) -> Parsed:
    return Parsed(faults=(fault,), unread=None)


def _too_large(most: int) -> Fault:
    return Fault(
        reason="file_too_large",
        message=f"The file is larger than {most:,} bytes.",
        remedy="Split the file, or import it with the command import_ledger.",
    )
