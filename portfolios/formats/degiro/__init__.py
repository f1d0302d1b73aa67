"""What DEGIRO's two files have in common: localised columns, and rows that run over."""
