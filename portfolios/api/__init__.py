"""JSON doors of portfolios: the services and selectors that the pages call."""
