"""Interactive Brokers activity statement, CSV, in English.

The file is a stack of tables. Each line begins with its section and with Header, Data, SubTotal or
Total; a section may have several headers. What is read:

- Statement: Period. Account Information: Account, Base Currency
- Financial Instrument Information: Symbol, Description, Security ID, Listing Exch
- Trades: DataDiscriminator, Asset Category, Currency, Symbol, Date/Time, Quantity, T. Price,
  Proceeds, Comm/Fee (for Forex: Comm in EUR), Code
- Deposits & Withdrawals, Dividends, Withholding Tax, Interest, Fees, Sales Tax and others of
  Currency, Date (Settle Date), Description, Amount
- Transaction Fees: Currency, Date/Time, Symbol, Description, Amount
- Corporate Actions: Currency, Report Date, Description, Quantity, Proceeds
- Transfers: Asset Category, Currency, Symbol, Date, Type, Direction, Xfer Account, Qty,
  Market Value, Cash Amount
- Open Positions, Cash Report, Net Asset Value: balances to check the ledger by

A consolidated statement has a column Account. Trades have no id in this file, so they are known
again by their content. The same events exist in Flex under other names, so each row is translated
and read by the Flex reader; mistakes name the columns of this file.
"""

from portfolios.formats.ibkr_activity.statement import ActivityFormat

FORMAT = ActivityFormat()
