"""The ledger beside Beancount: the same trades, booked, imported, added to and shown."""
