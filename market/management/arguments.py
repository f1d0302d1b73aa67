"""Command-line arguments that answer a mistake with a sentence, and progress on a terminal."""

import argparse
from collections.abc import Callable
from datetime import UTC, date, datetime

from django.core.management.base import CommandError, OutputWrapper

from patterns.exceptions import DawsError


def session_day(text: str) -> date:
    """A calendar day written YYYY-MM-DD; 30 February is refused by name."""
    try:
        # Not `fromisoformat`: it also reads weeks, as in 2013-W09-4.
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a day: {error}. Write it as YYYY-MM-DD."
        ) from error


def refusal(error: DawsError) -> CommandError:
    """An error of ours as the shell shows it: code, sentence, what to do."""
    details = "".join(f"\n  {name}: {value}" for name, value in error.details.items())
    return CommandError(f"{error.code}: {error.message} {error.suggestion}{details}")


def progress_on(stream: OutputWrapper, what: str) -> Callable[[int, int], None] | None:
    """A line that is written over as work goes on; nothing where nobody looks."""
    if not stream.isatty():
        return None

    def show(done: int, total: int) -> None:
        stream.write(f"\r{what}: {done} of {total}", ending="\n" if done == total else "")
        stream.flush()

    return show
