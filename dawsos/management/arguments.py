"""Command-line arguments that answer a mistake with a sentence."""

from __future__ import annotations

import argparse
import datetime as dt


def iso_date(text: str) -> dt.date:
    """A calendar day written YYYY-MM-DD; 30 February is refused by name."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a day: {error}. Write it as YYYY-MM-DD."
        ) from error


def key_value(text: str) -> tuple[str, str]:
    """``name=value`` as a pair."""
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not an input. Write it as name=value.")
    return name, value
