"""Which security each row of a file means: certain, or a question for its reader.

What somebody confirmed for this portfolio wins. Else an ISIN, a FIGI or CUSIP, symbol and
exchange, and last the symbol alone, where it is the only listing in the currency in which the
file trades it. A name is only a hint: it makes candidates, never a match.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from market.models import Security
from market.selectors.named import Register, market_code, register_of, similarly_named
from market.selectors.policies import policy_named
from portfolios.formats.contract import Stated
from portfolios.formats.draft import Draft
from portfolios.formats.entry_rules import RULES
from portfolios.models import InstrumentMatch, Portfolio

# Types whose currency is that of the listing, unless they name the security's own.
TELLING = frozenset({"BUY", "SELL", "SHORT_SALE", "COVER", "OPENING_BALANCE", "DRIP"})
NEEDS_ONE = frozenset(kind for kind, rule in RULES.items() if "symbol" in rule.needs)


class Name(NamedTuple):
    """All that a row says of its instrument. Equal names are one instrument. The title, which is
    never a match, counts where nothing else is said: its reader is asked."""

    symbol: str = ""
    exchange: str = ""
    isin: str = ""
    figi: str = ""
    title: str = ""

    @property
    def identifier(self) -> str:
        """The file's own word, under which a decision about it is kept."""
        word = f"isin:{self.isin}" if self.isin else f"symbol:{self.symbol}"
        if self.figi and not self.isin:
            word = f"figi:{self.figi}"
        if self.title:
            word = f"name:{self.title}"
        return (f"{word}@{self.exchange}" if self.exchange else word)[:200]


@dataclass(slots=True, kw_only=True)
class Instrument:
    """One instrument of a file, and the security it is, if that is certain.

    `how` says what made it certain; else `reason` and `message` say why it is not, and
    `candidates` what it may be.
    """

    name: Name
    title: str = ""
    currencies: set[str] = field(default_factory=set)
    rows: list[int | None] = field(default_factory=list)
    security: Security | None = None
    how: str = ""
    reason: str = ""
    message: str = ""
    candidates: Sequence[Security] = ()

    @property
    def identifier(self) -> str:
        return self.name.identifier

    @property
    def currency(self) -> str:
        """The one currency in which the file trades it, else nothing."""
        return next(iter(self.currencies)) if len(self.currencies) == 1 else ""

    @property
    def words(self) -> str:
        """As its reader knows it from the file."""
        name = self.name
        place = f" on {name.exchange}" if name.exchange else ""
        return f"{name.symbol or name.isin or name.figi or name.title}{place}"


Instruments = Mapping[Name, Instrument]


def name_of(said: Draft | Stated) -> Name | None:
    """What a row says of its security; None where it names none."""
    name = Name(said.symbol, said.exchange, said.isin, said.figi)
    if name.symbol or name.isin or name.figi:
        return name
    is_shares = isinstance(said, Draft) and (said.entry_type in NEEDS_ONE or said.quantity)
    return Name(title=said.security_name) if is_shares and said.security_name else None


def words_of(draft: Draft) -> tuple[str, str, str, str]:
    """What a draft says of its security but for the title, as a Name begins. A long file has few
    names and many rows: whoever has seen these words need not ask for the name."""
    said = vars(draft).get
    return said("symbol", ""), said("exchange", ""), said("isin", ""), said("figi", "")


def target_of(draft: Draft) -> Name | None:
    """The security that a reorganisation leads to."""
    return Name(draft.to_symbol, draft.to_exchange) if draft.to_symbol else None


def match_instruments(
    portfolio: Portfolio,
    drafts: Iterable[Draft],
    stated: Iterable[Stated],
    decided: Mapping[str, UUID],
) -> Instruments:
    """Every instrument of a file in the order of its rows. `decided` are the reader's answers."""
    found = _gather(drafts, stated)
    basis = policy_named(portfolio.pricing_policy).price_basis
    register = register_of(
        basis,
        isins={name.isin for name in found if name.isin},
        codes={name.figi for name in found if name.figi},
        symbols={name.symbol for name in found if name.symbol},
    )
    confirmed = _confirmed(portfolio, found, decided)
    for instrument in found.values():
        said = confirmed.get(instrument.identifier)
        if said is not None:
            instrument.security, instrument.how = said, "confirmed"
        else:
            _match(instrument, register, basis)
    return found


def _gather(drafts: Iterable[Draft], stated: Iterable[Stated]) -> dict[Name, Instrument]:
    found: dict[Name, Instrument] = {}
    by_words: dict[tuple[str, ...], Instrument] = {}
    for draft in drafts:
        if draft.security_id is None:
            words = words_of(draft)
            instrument = by_words.get(words)
            if instrument is None and (name := name_of(draft)) is not None:
                instrument = found.setdefault(name, Instrument(name=name))
                if not name.title:
                    by_words[words] = instrument
            if instrument is not None:
                _meet(instrument, draft.row, draft.security_name)
                if draft.entry_type in TELLING and (draft.security_currency or draft.currency):
                    instrument.currencies.add(draft.security_currency or draft.currency)
        if draft.to_security_id is None and (into := target_of(draft)) is not None:
            _meet(found.setdefault(into, Instrument(name=into)), draft.row, "")
    for each in stated:
        if (name := name_of(each)) is not None:
            _meet(found.setdefault(name, Instrument(name=name)), each.row, each.security_name)
    return found


def _meet(instrument: Instrument, row: int | None, title: str) -> None:
    if title and not instrument.title:
        instrument.title = title
    instrument.rows.append(row)


def _confirmed(
    portfolio: Portfolio, found: Mapping[Name, Instrument], decided: Mapping[str, UUID]
) -> Mapping[str, Security]:
    words = {instrument.identifier for instrument in found.values()}
    kept = InstrumentMatch.objects.filter(portfolio=portfolio, identifier__in=words)
    chosen = dict(kept.values_list("identifier", "security_id"))
    chosen |= {word: pk for word, pk in decided.items() if word in words}
    securities = Security.objects.in_bulk(set(chosen.values()))
    return {word: securities[pk] for word, pk in chosen.items() if pk in securities}


def _match(instrument: Instrument, register: Register, basis: str) -> None:
    """Fill in the security, or why it is a question."""
    name = instrument.name
    listed = register.by_symbol.get(name.symbol, [])
    agreeing = [s for s in listed if not (name.isin and s.isin and s.isin != name.isin)]
    ways = (
        ("ISIN", register.by_isin.get(name.isin, [])),
        ("FIGI or CUSIP", register.by_code.get(name.figi, [])),
        ("symbol and exchange" if name.exchange else "symbol and currency", agreeing),
    )
    for how, securities in ways:
        sure = _narrowed(instrument, securities)
        if not sure and securities is not agreeing:
            sure = _in_its_currency(instrument, securities)
        if len(sure) == 1:
            instrument.security, instrument.how = sure[0], how
            return
        if sure:
            _ask(instrument, "ambiguous", _several(instrument, sure), sure)
            return
    hints = [*listed, *register.by_isin.get(name.isin, [])]
    hints += [s for s in similarly_named(instrument.title, basis) if s not in hints]
    _ask(instrument, "unknown_symbol", _unknown(instrument, listed), hints)


def _narrowed(instrument: Instrument, securities: Sequence[Security]) -> Sequence[Security]:
    """Those on the exchange that the file names, else those in the currency it trades."""
    name = instrument.name
    if name.exchange:
        wanted = {name.exchange.upper(), market_code(name.exchange)}
        return [s for s in securities if s.exchange in wanted]
    if instrument.currencies:
        return [s for s in securities if s.currency in instrument.currencies]
    return securities


def _in_its_currency(instrument: Instrument, securities: Sequence[Security]) -> Sequence[Security]:
    """An ISIN in the currency of the trade is the listing, whatever the broker calls the place."""
    return [s for s in securities if s.currency in instrument.currencies]


def _several(instrument: Instrument, securities: Sequence[Security]) -> str:
    exchanges = ", ".join(sorted(s.exchange for s in securities))
    return f"{instrument.words} is listed on several exchanges: {exchanges}."


def _unknown(instrument: Instrument, listed: Sequence[Security]) -> str:
    word = instrument.words[:60]
    if listed and not instrument.name.exchange and instrument.currencies:
        traded = " and ".join(sorted(instrument.currencies))
        known = ", ".join(f"{s.exchange} in {s.currency}" for s in listed)
        return f"The file trades {word} in {traded}; it is listed on {known}."
    return f"No security {word!r} is known."


def _ask(instrument: Instrument, reason: str, message: str, candidates: Sequence[Security]) -> None:
    instrument.reason, instrument.message = reason, message
    instrument.candidates = tuple(dict.fromkeys(candidates))
