"""A ledger as a file: DawsOS JSON and CSV, XLSX, Beancount. docs/export.md describes them."""
