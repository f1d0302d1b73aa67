"""What the reader of a file tells the wizard, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict

from market.formats.faults import in_words
from market.models import Security
from market.selectors import securities_named
from portfolios.formats.currencies import CURRENCIES
from portfolios.formats.generic_words import COLUMN_WORDS, plain_word
from portfolios.selectors.instruments import Instrument

ABSENT = ("", "not in this file")
COLUMN = "column_"
SHOWN_CANDIDATES = 6
RARE = frozenset(
    "figi fx_rate settlement_date ex_date pay_date new_shares old_shares to_amount "
    "to_currency".split()
)


class ImportForm(forms.Form):
    """A file to look at before anything is written. An empty format is found out; an account is
    for a broker's rows that name none."""

    file = forms.FileField(label="File", allow_empty_file=True)
    format = forms.ChoiceField(label="Format", required=False)
    account = forms.CharField(
        label="Account",
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"placeholder": "As the broker's file says, else main"}),
    )

    def __init__(self, formats: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["format"] = forms.ChoiceField(
            label="Format", required=False, choices=[("", "Find out from the file"), *formats]
        )


class QuestionsForm(forms.Form):
    """One field for each question of the format; a mapping has one for each of our columns."""

    def __init__(
        self,
        questions: Sequence[Mapping[str, Any]],
        columns: Sequence[str],
        data: QueryDict | None = None,
        *,
        initial: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.mapped: list[str] = []
        for question in questions:
            offered = [(each["value"], each["means"]) for each in question["choices"]]
            if question["about"] == "columns":
                self._map(offered, columns)
            else:
                self._ask(question, offered)
        if self.mapped:
            self.fields["save_as"] = forms.CharField(
                label="Keep this mapping as",
                required=False,
                max_length=80,
                help_text="The next file with the same header is then read without asking.",
            )

    def _map(self, ours: Sequence[tuple[str, str]], columns: Sequence[str]) -> None:
        for name, means in ours:
            key = f"{COLUMN}{name}"
            self.mapped.append(name)
            self.fields[key] = forms.ChoiceField(
                label=in_words(name),
                required=False,
                help_text=means,
                choices=[ABSENT, *((column, column) for column in columns)],
                initial=_alike(name, columns),
            )

    def _ask(self, question: Mapping[str, Any], offered: Sequence[tuple[str, str]]) -> None:
        shown = question["message"]
        hint = f"In the file: {question['example']}" if question["example"] else ""
        if question["row"]:
            hint = f"{hint} (row {question['row']})".strip()
        field: forms.Field = forms.CharField(label=shown, help_text=hint, max_length=64)
        if offered:
            field = forms.ChoiceField(
                label=shown, help_text=hint, choices=offered, widget=forms.RadioSelect
            )
        self.fields[question["about"]] = field

    @property
    def questions(self) -> list[forms.BoundField]:
        """The fields that are no columns."""
        plain = [name for name in self.fields if not name.startswith(COLUMN) and name != "save_as"]
        return [self[name] for name in plain]

    @property
    def mapping(self) -> list[forms.BoundField]:
        """What most files have."""
        return [self[f"{COLUMN}{name}"] for name in self.mapped if name not in RARE]

    @property
    def rare_mapping(self) -> list[forms.BoundField]:
        """What few files have; folded away on the page."""
        return [self[f"{COLUMN}{name}"] for name in self.mapped if name in RARE]

    @property
    def columns(self) -> dict[str, str]:
        """Our columns with the file's, of a valid form."""
        said = {name: self.cleaned_data.get(f"{COLUMN}{name}", "") for name in self.mapped}
        return {name: column for name, column in said.items() if column}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        taken: dict[str, str] = {}
        for name in self.mapped:
            column = cleaned.get(f"{COLUMN}{name}", "")
            if column and column in taken:
                self.add_error(f"{COLUMN}{name}", f"{column} is chosen for {taken[column]} too.")
            taken[column] = name.replace("_", " ")
        currency = cleaned.get("currency", "")
        if currency and currency.upper() not in CURRENCIES:
            self.add_error("currency", "Write an ISO code such as USD.")
        return cleaned

    def changes(self) -> dict[str, Any]:
        """The answers as `Choices` keeps them."""
        plain = [f.name for f in self.questions]
        said: dict[str, Any] = {name: self.cleaned_data[name] for name in plain}
        if "currency" in said:
            said["currency"] = said["currency"].upper()
        return said | ({"columns": self.columns, "mapping": ""} if self.mapped else {})


class InstrumentForm(forms.Form):
    """Which security one instrument of the file is: a candidate, another listing, or a new one."""

    security = forms.ChoiceField(required=False, widget=forms.RadioSelect)
    other = forms.CharField(
        label="It is the listing",
        required=False,
        max_length=24,
        widget=forms.TextInput({"placeholder": "RY.XTSE", "autocapitalize": "characters"}),
    )
    symbol = forms.CharField(label="Symbol", required=False, max_length=12)
    exchange = forms.CharField(
        label="Exchange (code)", required=False, max_length=10, help_text="such as XNAS"
    )
    currency = forms.CharField(label="Currency", required=False, max_length=3)
    name = forms.CharField(label="Name", required=False, max_length=200)
    isin = forms.CharField(label="ISIN", required=False, max_length=12)
    security_type = forms.ChoiceField(
        label="Kind", required=False, choices=Security.Type.choices, initial=Security.Type.EQUITY
    )

    def __init__(
        self, instrument: Instrument, number: int, basis: str, data: QueryDict | None = None
    ) -> None:
        super().__init__(data, prefix=f"i{number}", initial=_described(instrument))
        self.instrument, self.number, self.basis = instrument, number, basis
        self.fields["security"] = forms.ChoiceField(
            required=False,
            widget=forms.RadioSelect,
            choices=[
                (str(each.pk), f"{each.symbol} on {each.exchange}, {each.currency}: {each.name}")
                for each in instrument.candidates[:SHOWN_CANDIDATES]
            ],
        )
        self.chosen: UUID | None = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("security"):
            self.chosen = UUID(cleaned["security"])
        other = ".".join((cleaned.get("other") or "").upper().split())
        if other:
            self._look_up(other)
        return cleaned

    def _look_up(self, other: str) -> None:
        symbol, _, exchange = other.rpartition(".")
        found = securities_named(symbol, exchange) if symbol else []
        found = found or securities_named(other)
        fitting = [each for each in found if each.price_basis == self.basis]
        if len(fitting) == 1:
            self.chosen = fitting[0].pk
        elif fitting:
            places = ", ".join(each.exchange for each in fitting)
            self.add_error("other", f"{other} is listed on {places}. Add the exchange.")
        else:
            self.add_error("other", f"No listing {other} is known.")


def _described(instrument: Instrument) -> dict[str, str]:
    name = instrument.name
    return {
        "symbol": name.symbol.upper(),
        "exchange": name.exchange.upper(),
        "currency": instrument.currency,
        "name": instrument.title,
        "isin": name.isin,
    }


def _alike(name: str, columns: Sequence[str]) -> str:
    """A column that is called as ours is, or as others call it, whatever its case: offered, not
    decided."""
    called = {plain_word(column): column for column in columns}
    words = (plain_word(name), *COLUMN_WORDS.get(name, "").split())
    return next((called[word] for word in words if word in called), "")
