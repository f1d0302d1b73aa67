"""Formats: how a value of a unit becomes text. Every unit has its format, and no other.

Negative numbers carry U+2212, the true minus sign. Thousands are grouped. A fraction becomes a
percentage here and nowhere else. What is not known is an em dash, and the cell says why.
"""

from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from typing import Any, Final

UNKNOWN: Final = "—"
MINUS: Final = "−"

UNITS: Final[dict[str, frozenset[str]]] = {
    "percent": frozenset({"fraction"}),
    "money": frozenset({"money"}),
    "price": frozenset({"price"}),
    "quantity": frozenset({"quantity"}),
    "rate": frozenset({"rate"}),
    "ratio": frozenset({"ratio"}),
    "count": frozenset({"count"}),
    "bps": frozenset({"bps"}),
    "date": frozenset({"date"}),
    "state": frozenset({"state"}),
    "text": frozenset({"text", "state"}),
}
NUMERIC: Final = frozenset(UNITS) - {"date", "state", "text"}

# ISO 4217: the currencies whose minor unit is not a hundredth.
_NO_DECIMALS: Final = (
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG",
    "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF",
)  # fmt: skip
_THREE_DECIMALS: Final = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
_FOUR_DECIMALS: Final = ("CLF", "UYW")
_MINOR_UNITS: Final = {
    **dict.fromkeys(_NO_DECIMALS, 0),
    **dict.fromkeys(_THREE_DECIMALS, 3),
    **dict.fromkeys(_FOUR_DECIMALS, 4),
}
_PRICE_DECIMALS: Final = 6
_QUANTITY_DECIMALS: Final = 8
_RATE_DECIMALS: Final = 8
_LAST_PLACES: Final = tuple(Decimal(1).scaleb(-decimals) for decimals in range(9))
_HUNDRED: Final = Decimal(100)
_WIDE: Final = Context(prec=200)  # any canonical number, whatever the caller's own precision


def mismatch(format_name: str, unit: str) -> str:
    """Why a format cannot show a unit, as a sentence; "" when it can."""
    if not unit:
        return "This number does not say its unit, so no format can show it."
    if unit in UNITS[format_name]:
        return ""
    fitting = next((name for name, units in UNITS.items() if unit in units), None)
    remedy = f"Use {fitting!r}." if fitting else "No format shows this unit."
    return f"The format {format_name!r} cannot show the unit {unit!r}. {remedy}"


def minor_units(currency: str) -> int:
    """Decimals of a currency's smallest coin: 2 for CAD, 0 for JPY."""
    return _MINOR_UNITS.get(currency, 2)


def display(value: Any, format_name: str, currency: str = "") -> str:
    """The text of a canonical value (Decimals arrive as text); the dash for None."""
    if value is None:
        return UNKNOWN
    return _DISPLAYS[format_name](value, currency)


def number(value: Any) -> Decimal:
    """A canonical number, exactly as its digits say."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _money(value: Any, currency: str) -> str:
    return _with(_fixed(number(value), minor_units(currency), ROUND_HALF_UP), currency)


def _price(value: Any, currency: str) -> str:
    return _with(_trimmed(number(value), minor_units(currency), _PRICE_DECIMALS), currency)


def _quantity(value: Any, _currency: str) -> str:
    return _trimmed(number(value), 0, _QUANTITY_DECIMALS)


def _percent(value: Any, _currency: str) -> str:
    return f"{_fixed(_WIDE.multiply(number(value), _HUNDRED), 2)} %"


def _rate(value: Any, _currency: str) -> str:
    """An exchange rate: what two currencies are worth is in its label."""
    return _trimmed(number(value), 4, _RATE_DECIMALS)


def _ratio(value: Any, _currency: str) -> str:
    return _fixed(number(value), 2)


def _count(value: Any, _currency: str) -> str:
    return _fixed(number(value), 0)


def _bps(value: Any, _currency: str) -> str:
    return f"{_fixed(number(value), 1)} bp"


def _text(value: Any, _currency: str) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return str(value)


def _fixed(value: Decimal, decimals: int, rounding: str = ROUND_HALF_EVEN) -> str:
    """Grouped, and never a minus before a zero. Money is rounded half-up, all else half-even."""
    rounded = value.quantize(_LAST_PLACES[decimals], rounding=rounding, context=_WIDE)
    return f"{rounded:,f}" if rounded >= 0 and not rounded.is_signed() else _below_zero(rounded)


def _below_zero(rounded: Decimal) -> str:
    return f"{MINUS if rounded < 0 else ''}{rounded.copy_abs():,f}"


def _trimmed(value: Decimal, least: int, most: int) -> str:
    """As many decimals as the value has, between `least` and `most`."""
    text = _fixed(value, most)
    whole, _, decimals = text.partition(".")
    kept = decimals.rstrip("0").ljust(least, "0")
    return f"{whole}.{kept}" if kept else whole


def _with(text: str, currency: str) -> str:
    return f"{text} {currency}" if currency else text


_DISPLAYS: Final[dict[str, Callable[[Any, str], str]]] = {
    "percent": _percent,
    "money": _money,
    "price": _price,
    "quantity": _quantity,
    "rate": _rate,
    "ratio": _ratio,
    "count": _count,
    "bps": _bps,
    "date": _text,
    "state": _text,
    "text": _text,
}
