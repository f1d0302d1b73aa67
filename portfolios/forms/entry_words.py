"""The words of the entry forms: what a type means, and what its fields are called there."""

HINTS = {
    "BUY": "Shares for cash. Opens a lot.",
    "SELL": "Cash for shares. Lots are relieved by the portfolio's method, or those you name.",
    "SHORT_SALE": "Borrowed shares sold. Opens a short lot.",
    "COVER": "Shares bought back to close a short.",
    "DIVIDEND": (
        "Booked on the ex-date for shares held at its open; a receivable until the pay date."
    ),
    "COUPON": "Interest of a bond, like a dividend.",
    "DRIP": "A dividend whose net amount buys shares; what is left stays as cash.",
    "INTEREST": "Interest earned on cash.",
    "INTEREST_CHARGE": "Interest paid on borrowed cash.",
    "DEPOSIT": "Money from outside: an external flow.",
    "WITHDRAWAL": "Money to the outside: an external flow.",
    "FX_CONVERSION": "One currency becomes another. The bank's own two amounts rule.",
    "FEE": "A fee on its own, of a security perhaps.",
    "FEE_REFUND": "A fee that comes back.",
    "TAX": "A tax on its own, of a security perhaps.",
    "TAX_REFUND": "A tax that comes back.",
    "TRANSFER": (
        "Shares move between two accounts of this portfolio, lots and all. Nothing is realised."
    ),
    "CASH_TRANSFER": "Cash moves between two accounts of this portfolio.",
    "TRANSFER_IN": "Shares arrive from another portfolio with their lots. Nothing is realised.",
    "TRANSFER_OUT": "Shares leave for another portfolio with their lots. Nothing is realised.",
    "DELIVERY_IN": (
        "Shares arrive without cash: an external flow at their value, which becomes their cost."
    ),
    "DELIVERY_OUT": (
        "Shares leave without cash: an external flow at their value, which counts as proceeds."
    ),
    "OPENING_BALANCE": (
        "What was there before this ledger begins: shares with their cost, or cash. An "
        "unknown cost stays empty, and gains are then withheld."
    ),
    "SPLIT": (
        "Each old share becomes new ones. Cost and dates stay. A price says that "
        "fractions are paid out."
    ),
    "REVERSE_SPLIT": (
        "Several old shares become a new one. Cost and dates stay. A price says that "
        "fractions are paid out."
    ),
    "STOCK_DIVIDEND": (
        "New shares on top of old ones. Cost is spread, or the shares are income where "
        "the law says so."
    ),
    "SPINOFF": (
        "Shares of a child for shares of its parent. Cost goes by first-day prices, or by "
        "the issuer's own share."
    ),
    "MERGER": "Shares become shares of another company, or cash, or both.",
    "RETURN_OF_CAPITAL": "Cash that lowers the cost of the lots; what exceeds the cost is a gain.",
    "SYMBOL_CHANGE": "The same shares under another name.",
}

LABELS = {
    ("DIVIDEND", "price"): "Amount per share",
    ("COUPON", "price"): "Amount per unit",
    ("DIVIDEND", "taxes"): "Withholding tax",
    ("COUPON", "taxes"): "Withholding tax",
    ("DRIP", "taxes"): "Withholding tax",
    ("DRIP", "quantity"): "Shares bought",
    ("DRIP", "price"): "Price of the shares",
    ("FX_CONVERSION", "gross_amount"): "Pays",
    ("FX_CONVERSION", "currency"): "of currency",
    ("FX_CONVERSION", "to_amount"): "Brings in",
    ("TRANSFER", "account"): "From account",
    ("CASH_TRANSFER", "account"): "From account",
    ("CASH_TRANSFER", "net_amount"): "Amount",
    ("CASH_TRANSFER", "to_amount"): "Arrives as",
    ("SPLIT", "price"): "Price paid for fractions",
    ("REVERSE_SPLIT", "price"): "Price paid for fractions",
    ("SPINOFF", "price"): "First-day price of the parent",
    ("SPINOFF", "to_price"): "First-day price of the child",
    ("SPINOFF", "to_security"): "Child",
    ("MERGER", "price"): "Cash per old share",
    ("MERGER", "to_price"): "Price of a new share",
    ("MERGER", "to_security"): "Becomes",
    ("SYMBOL_CHANGE", "to_security"): "Becomes",
    ("RETURN_OF_CAPITAL", "price"): "Amount per share",
    ("DELIVERY_IN", "net_amount"): "Value, which is the cost",
    ("DELIVERY_OUT", "net_amount"): "Value, which are the proceeds",
    ("TRANSFER_IN", "net_amount"): "Value as a flow",
    ("TRANSFER_OUT", "net_amount"): "Value as a flow",
    ("OPENING_BALANCE", "gross_amount"): "Cash, instead of shares",
}
