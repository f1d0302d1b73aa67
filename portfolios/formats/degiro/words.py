"""DEGIRO's columns and sentences in the languages it writes: English, German, Dutch, French, and
as far as they are known Spanish, Italian and Portuguese.

A column is known by the beginning of its name, in small letters. A money column has an unnamed
neighbour: in Transactions.csv the currency of the amount, in Account.csv the amount of the
currency. Newer files write the account's currency into the name instead: `Total EUR`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "date": ("date", "datum", "fecha", "data"),
    "time": ("time", "uhrzeit", "tijd", "heure", "hora", "ora"),
    "value_date": ("value date", "valutadatum", "valuta", "date de", "fecha valor", "data valor"),
    "product": ("product", "produkt", "produit", "producto", "prodotto", "produto"),
    "isin": ("isin", "code isin"),
    "reference": (
        "reference",
        "referenz",
        "börse",
        "beurs",
        "bourse",
        "place boursière",
        "bolsa",
        "borsa",
    ),
    "venue": ("venue", "ausführungsort", "uitvoeringsplaats", "lieu", "centro", "sede", "local de"),
    "quantity": ("quantity", "anzahl", "aantal", "quantité", "número", "quantità", "quantidade"),
    "price": ("price", "kurs", "koers", "cours", "precio", "quotazione", "preço", "preços"),
    "local": (
        "local value",
        "wert in lokal",
        "lokale waarde",
        "valeur locale",
        "montant devise locale",
        "valor local",
        "valore locale",
    ),
    "value": ("value", "wert", "waarde", "valeur", "montant", "valor", "valore"),
    "rate": (
        "exchange rate",
        "wechselkurs",
        "wisselkoers",
        "taux de change",
        "tipo de cambio",
        "tasso di cambio",
        "taxa de câmbio",
    ),
    "autofx": (
        "autofx",
        "autofx-gebühr",
        "taxa autofx",
        "frais autofx",
        "comisión autofx",
        "commissione autofx",
        "custo autofx",
        "frais conversion autofx",
    ),
    "fees": (
        "transaction and/or",
        "transaktionsgebühren",
        "transaktionskost",
        "transactiekosten",
        "frais de courtage",
        "frais de transaction",
        "costes de transacción",
        "costi di transazione",
        "custos de transação",
    ),
    "total": ("total", "gesamt", "totaal", "totale", "montant négocié"),
    "order": ("order id", "order-id", "id ordre", "id orden", "id ordine", "id da ordem"),
    "description": (
        "description",
        "beschreibung",
        "omschrijving",
        "descripción",
        "descrizione",
        "descrição",
    ),
    "fx": ("fx", "tipo", "t."),
    "change": ("change", "änderung", "mutatie", "mouvements", "variación", "variazioni", "mudança"),
    "balance": ("balance", "saldo", "solde"),
}
TRADES_NEED = ("date", "time", "product", "isin", "quantity", "price", "local", "total", "order")
ACCOUNT_NEEDS = (
    "date",
    "time",
    "value_date",
    "product",
    "isin",
    "description",
    "change",
    "balance",
)
MOST, LONGEST = 40, 80  # columns, and characters of a name
CODE = re.compile(r"\b([A-Z]{3})$")

# The first sentence that fits wins: what is said of a trade, a tax or a transfer is told apart
# before the plain words that it contains.
SENTENCES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(words, re.IGNORECASE))
    for name, words in (
        ("interest", (r"^(?=.*(?:money market|geldmarkt|cash fund|fonds monétaire))"
         r".*(?:[ck]ompens|ausgleich|price change|preisänderung|koersverandering|variation)")),
        ("within", (r"cash sweep|geldkonto|geldrekening|cash account at|money market|geldmarkt|"
         r"cash fund|compte espèces|flatexdegiro bank|fonds monétaire")),
        ("reserved", r"^reserv|^réserv"),
        ("split", r"split|fractionnement"),
        ("trade", (r"^(?:[\w -]+: )?(?:buy|sell|koop|verkoop|kauf|verkauf|achat|vente|compra|venta|"
         r"acquisto|vendita|venda)\b.*@")),
        ("exchange", (r"^fx |valuta (?:creditering|debitering)|währungswechsel|"
         r"opération de change|^change -|cambio de divisa|cambio valuta")),
        ("dividend_tax", (r"dividend ?tax|dividend ?belasting|dividendensteuer|kapitalertragsteuer|"
         r"impôts? sur (?:les )?dividende|retención del dividendo|ritenuta sul dividendo|"
         r"imposto sobre dividendo")),
        ("capital", (r"capital return|return of capital|kapitalrück|teruggave van kapitaal|"
         r"remboursement de capital")),
        ("dividend", r"dividend|fund distribution|ausschüttung|fondsuitkering|distribution"),
        ("interest", r"interest|\bzins|\brente|intérêt|interés|interesse"),
        ("transaction_tax", (r"stamp duty|transaction tax|transaktionssteuer|transactiebelasting|"
         r"taxe sur les transactions|beurstaks")),
        ("trade_fee", (r"third party fees|transaktionsgebühr|transaktionskosten|transactiekosten|"
         r"frais de (?:courtage|transaction)|costes de transacción|costi di transazione|"
         r"custos de transação|autofx")),
        ("fee", (r"\bfees?\b|kosten|gebühr|entgelt|frais|connection|aansluiting|anschluss|"
         r"conectividad|costi|custo")),
        ("deposit", r"deposit|\bstorting|einzahlung|versement|dépôt|sofort|ingreso|deposito"),
        ("withdrawal", r"withdrawal|terugstorting|auszahlung|retrait|retirada|prelievo|opname"),
    )
)  # fmt: skip


def places(header: Sequence[str]) -> dict[str, int]:
    """Where each known column stands; the longest beginning that fits a name decides, so that
    `Value date` is no `Value`."""
    found: dict[str, int] = {}
    for index, name in enumerate(header[:MOST]):
        if 0 < len(name) <= LONGEST:
            column = _column(" ".join(name.casefold().split()))
            if column:
                found.setdefault(column, index)
    return found


@lru_cache(maxsize=1024)
def _column(name: str) -> str:
    fitting = [
        (len(start), column)
        for column, starts in COLUMNS.items()
        for start in starts
        if name == start or name.startswith(start if len(start) > 6 else f"{start} ")
    ]
    return max(fitting)[1] if fitting else ""


def said_in(description: str) -> str:
    """What kind of row a sentence of the account statement is; empty where nobody knows."""
    return next((name for name, words in SENTENCES if words.search(description)), "")
