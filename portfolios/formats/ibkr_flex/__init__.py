"""Interactive Brokers Flex Query, XML.

A response holds statements, one for each account and period. What is read of a statement:

- AccountInformation: currency (the account's base)
- Trades: Trade or Order with levelOfDetail, assetCategory, buySell, openCloseIndicator, quantity,
  tradePrice, proceeds, ibCommission, ibCommissionCurrency, taxes, netCash, currency, fxRateToBase,
  tradeDate or dateTime, settleDateTarget, tradeID, transactionType, notes
- CashTransactions: type, amount, currency, dateTime, settleDate, exDate, transactionID
- CorporateActions: type, description, quantity, proceeds, reportDate, transactionID
- Transfers: type, direction, quantity, positionAmount, cashTransfer, account, date
- TransactionTaxes: taxAmount, date
- OpenPositions, CashReport, EquitySummaryInBase: balances to check the ledger by

Securities by symbol, isin, figi, listingExchange, description. Dates may have any order that the
query was set to; the file decides together. Summaries of trades are skipped: only executions
count, or orders where the query has no executions.
"""

from portfolios.formats.ibkr_flex.statement import FlexFormat

FORMAT = FlexFormat()
