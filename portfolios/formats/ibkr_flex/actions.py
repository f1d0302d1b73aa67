"""The section CorporateActions. Flex describes each in a sentence that holds the ratio:
`ACME(US0001112223) SPLIT 3 FOR 1 (ACME, ACME CORP, US0001112223)`. The first security is the one
it happened to, the one in brackets is the row's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from portfolios.formats.ibkr_flex.element import Element, Statement
from portfolios.formats.reading.xml_tree import Node

SUBJECT = re.compile(r"^([^()]{1,40})\(([A-Z0-9]{6,12})\)")
RATIO = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?) FOR ([0-9]{1,9}(?:\.[0-9]{1,9})?)")
CASH_MERGER = re.compile(r"FOR [A-Z]{3} [0-9.]{1,20} PER SHARE", re.IGNORECASE)
BY_HAND = "Enter the event on the page of corporate actions, and leave its rows out of the file."
UNSUPPORTED = {
    "SO": "A spin-off needs the first-day prices of both shares, or the issuer's share of cost.",
    "TC": "A merger for shares needs the treatment that tax law gives it.",
    "TO": "A tender needs to be told apart from a sale.",
    "DW": "Shares without worth need a sale at zero that you confirm.",
}


@dataclass(frozen=True, slots=True)
class Action:
    """A row that could be read, with its day."""

    element: Element
    day: date
    quantity: Decimal
    subject: dict[str, Any]

    @property
    def kind(self) -> str:
        return self.element.get("type").upper()

    @property
    def text(self) -> str:
        return self.element.get("actionDescription") or self.element.get("description")


def read_actions(statement: Statement, section: Node) -> None:
    """Events in order; the rows of one event, which share an actionID, are told together."""
    events: dict[tuple[str, ...], list[Action]] = {}
    for node in section.children:
        element = statement.element(node)
        if node.get("levelOfDetail").upper() == "SUMMARY":
            element.skip("A summary of the rows around it.")
            continue
        action = _action(element)
        if action is None:
            element.fail()
        else:
            event = node.get("actionID") or str(action.subject)
            events.setdefault((element.account, action.kind, event), []).append(action)
    for (_, kind, _), actions in events.items():
        READERS.get(kind, _unsupported)(actions)


def _action(element: Element) -> Action | None:
    day = element.first_day("reportDate", "dateTime")
    quantity = element.read.amount("quantity") or Decimal(0)
    text = element.get("actionDescription") or element.get("description")
    found = SUBJECT.match(text)
    subject = {"symbol": element.get("symbol"), "isin": element.get("isin")}
    if found is not None:
        code = found[2]
        subject = {"symbol": found[1].strip(), "isin": code if len(code) == 12 else ""}
    if element.faults or day is None:
        return None
    return Action(element, day, quantity, subject)


def _split(actions: Sequence[Action]) -> None:
    """One entry for the ratio, and the new security where the split changed the ISIN."""
    action, ratio = actions[0], RATIO.search(actions[0].text)
    if ratio is None or not Decimal(ratio[1]) or not Decimal(ratio[2]):
        _refuse(actions, "The description does not hold a ratio such as 3 FOR 1.")
        return
    new, old = Decimal(ratio[1]), Decimal(ratio[2])
    kind = "SPLIT" if action.kind == "FS" else "REVERSE_SPLIT"
    _add(action, kind, new_shares=new, old_shares=old, **action.subject)
    renamed = _rename(actions)
    _skip_rest(actions, renamed=renamed)


def _stock_dividend(actions: Sequence[Action]) -> None:
    ratio = RATIO.search(actions[0].text)
    if ratio is None or not Decimal(ratio[1]) or not Decimal(ratio[2]):
        _refuse(actions, "The description does not hold a ratio such as 1 FOR 20.")
        return
    new, old = Decimal(ratio[1]), Decimal(ratio[2])
    _add(actions[0], "STOCK_DIVIDEND", new_shares=new, old_shares=old, **actions[0].subject)
    _skip_rest(actions)


def _issue_change(actions: Sequence[Action]) -> None:
    if _rename(actions):
        _skip_rest(actions, renamed=True)
    elif any(action.quantity > 0 for action in actions):
        for action in actions:
            action.element.skip("Only the ISIN changes; the symbol stays.")
    else:
        _refuse(actions, "The new security of the change is not in the file.")


def _rename(actions: Sequence[Action]) -> bool:
    """Whether shares arrive under another symbol than the subject's, and are renamed here."""
    for action in actions:
        own = action.element.security()
        if action.quantity > 0 and own["symbol"] != action.subject["symbol"]:
            _add(
                action,
                "SYMBOL_CHANGE",
                to_symbol=own["symbol"],
                to_exchange=own["exchange"],
                **action.subject,
            )
            return True
    return False


def _merger(actions: Sequence[Action]) -> None:
    """Shares bought out for cash alone are a taxable disposal everywhere; others are asked."""
    action = actions[0]
    proceeds = action.element.read.size("proceeds")
    if len(actions) > 1 or not CASH_MERGER.search(action.text) or proceeds is None:
        _unsupported(actions)
        return
    _add(
        action,
        "MERGER",
        gross_amount=proceeds,
        quantity=abs(action.quantity) or None,
        treatment="taxable",
        **action.element.security(),
    )


def _redemption(actions: Sequence[Action]) -> None:
    for action in actions:
        proceeds = action.element.read.size("proceeds")
        if proceeds is None or not action.quantity:
            _refuse([action], "The redemption does not say its quantity and proceeds.")
            continue
        security = action.element.security()
        _add(action, "SELL", quantity=abs(action.quantity), gross_amount=proceeds, **security)


READERS: Mapping[str, Callable[[Sequence[Action]], None]] = {
    "FS": _split,
    "RS": _split,
    "SD": _stock_dividend,
    "IC": _issue_change,
    "TC": _merger,
    "BM": _redemption,
}


def _unsupported(actions: Sequence[Action]) -> None:
    kind = actions[0].kind
    _refuse(actions, UNSUPPORTED.get(kind, f"Events of the kind {kind[:20]!r} are not read."))


def _refuse(actions: Sequence[Action], message: str) -> None:
    for action in actions:
        action.element.refuse("type", "action_incomplete", message, BY_HAND)


def _skip_rest(actions: Sequence[Action], *, renamed: bool = False) -> None:
    """Rows that made no entry: all but the first, and the one that brought the new symbol."""
    told = [actions[0]] if actions[0].kind != "IC" else []
    told += [a for a in actions if renamed and a.quantity > 0][:1]
    for action in actions:
        if action not in told:
            action.element.skip(f"Another side of the event in row {told[0].element.node.row}.")


def _add(action: Action, kind: str, **fields: Any) -> None:
    element = action.element
    currency = element.read.currency("currency")
    if element.faults:
        element.fail()
        return
    suffix = "-symbol" if kind == "SYMBOL_CHANGE" else ""
    said = element.get("transactionID")
    draft = element.draft(
        kind,
        action.day,
        currency,
        narration=action.text,
        external_id=f"{said}{suffix}" if said else "",
        **{"fx_rate": None, **fields},
    )
    element.statement.findings.add(draft)
