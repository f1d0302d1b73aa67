"""Doors without a browser."""
