"""The words of a mapped table: what our columns mean, and what others call our types."""

from __future__ import annotations

import re
from collections.abc import Mapping

from portfolios.formats.entry_rules import RULES

MEANINGS: Mapping[str, str] = {
    "date": "The day of the trade or payment.",
    "type": "What happened: buy, sell, dividend, deposit, fee and so on.",
    "symbol": "The ticker.",
    "exchange": "The exchange of the ticker.",
    "isin": "The ISIN.",
    "figi": "The FIGI.",
    "security_name": "The name of the security.",
    "quantity": "Shares or units.",
    "price": "The price of one.",
    "gross_amount": "The amount before fees and taxes.",
    "fees": "Commission and fees.",
    "taxes": "Taxes, withholding among them.",
    "net_amount": "What reached or left the account.",
    "currency": "The currency of the amounts.",
    "fx_rate": "Base currency per one unit of the row's currency.",
    "settlement_date": "The day on which the trade settles.",
    "ex_date": "The ex-date of a dividend.",
    "pay_date": "The day on which a dividend is paid.",
    "account": "The account at the broker.",
    "external_id": "The broker's own number of the row.",
    "narration": "A description.",
    "new_shares": "Of a split: shares afterwards.",
    "old_shares": "Of a split: shares before.",
    "to_amount": "Of a conversion: the amount received.",
    "to_currency": "Of a conversion: the currency received.",
}
COLUMN_WORDS: Mapping[str, str] = {
    "date": "tradedate transactiondate day datum handelstag buchungstag",
    "type": "action transaction transactiontype buysell side activity operation vorgang typ art",
    "symbol": "ticker tickersymbol stock code kürzel",
    "exchange": "market mic börse handelsplatz",
    "security_name": "name security company product instrument wertpapier wertpapiername",
    "quantity": "shares units qty noofshares amountofshares stück anzahl",
    "price": "pricepershare priceshare unitprice shareprice kurs preis",
    "gross_amount": "gross grossvalue brutto kurswert",
    "fees": "fee commission commissions charges brokerage gebühr gebühren provision",
    "taxes": "tax withholding withholdingtax steuer steuern",
    "net_amount": "net total netvalue proceeds netto betrag",
    "currency": "ccy cur währung",
    "account": "accountname accountnumber depot konto",
    "external_id": "id orderid reference transactionid tradeid nummer",
    "narration": "note notes description memo comment bemerkung notiz",
}
"""What other tables call those of our columns that every reader is shown: they are offered."""
WORDS: Mapping[str, str] = {
    "BUY": "buy bought purchase purchased b kauf achat",
    "SELL": "sell sold sale s verkauf vente",
    "SHORT_SALE": "short sellshort shortsell soldshort",
    "COVER": "buytocover covershort boughttocover",
    "DIVIDEND": "div dividends dividende cashdividend",
    "COUPON": "bondinterest",
    "INTEREST": "int interestearned zinsen",
    "INTEREST_CHARGE": "marginint margininterest interestpaid interestcharged",
    "DEPOSIT": "deposits contribution cashin einzahlung",
    "WITHDRAWAL": "withdraw withdrawals cashout auszahlung",
    "FEE": "fees commission custodyfee charge",
    "TAX": "taxes withholding withholdingtax",
    "FX_CONVERSION": "fx conversion forex currencyconversion",
    "SPLIT": "stocksplit",
    "RETURN_OF_CAPITAL": "roc",
}
# What a plain table can say whole: the others need lots, ratios or treatments of their own.
TYPES = frozenset(WORDS) | {"FEE_REFUND", "TAX_REFUND", "REVERSE_SPLIT"}


def plain_word(word: str) -> str:
    """Its letters alone, small."""
    return re.sub(r"[^a-zß-ÿ]", "", word.casefold())


KNOWN = {plain_word(kind): kind for kind in RULES if kind in TYPES} | {
    word: kind for kind, words in WORDS.items() for word in words.split()
}


def type_of(word: str) -> str | None:
    """Our type for a word of the file, whatever its case and blanks; None where none fits."""
    return KNOWN.get(plain_word(word))
