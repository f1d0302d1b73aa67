"""Small typed readers of the environment. Each failure is a sentence that tells the remedy."""

import os
from collections.abc import Mapping
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

YES = {"1", "true", "yes", "on"}
NO = {"0", "false", "no", "off", ""}


def cores() -> int:
    """Processors that this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


class Environment:
    """Reads one mapping, the process's own by default."""

    def __init__(self, values: Mapping[str, str] = os.environ) -> None:
        self.values = values

    def text(self, name: str, default: str = "") -> str:
        return self.values.get(name, default).strip()

    def flag(self, name: str, *, default: bool) -> bool:
        given = self.values.get(name)
        if given is None:
            return default
        word = given.strip().lower()
        if word not in YES | NO:
            raise ImproperlyConfigured(f"{name} is {given!r}: set it to 1 (yes) or 0 (no).")
        return word in YES

    def integer(self, name: str, default: int, *, minimum: int, maximum: int) -> int:
        given = self.values.get(name)
        if given is None:
            return default
        try:
            number = int(given)
        except ValueError:
            number = minimum - 1
        if not minimum <= number <= maximum:
            raise ImproperlyConfigured(
                f"{name} is {given!r}: set it to a whole number from {minimum} to {maximum}."
            )
        return number

    def words(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        """A list separated by commas or spaces."""
        given = self.values.get(name)
        if given is None:
            return list(default)
        return given.replace(",", " ").split()

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        given = self.text(name, default)
        if given not in choices:
            raise ImproperlyConfigured(
                f"{name} is {given!r}: set it to one of {', '.join(choices)}."
            )
        return given

    def folder(self, name: str, default: Path) -> Path:
        given = self.text(name)
        return Path(given).expanduser().absolute() if given else default
