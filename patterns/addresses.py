"""Addresses that came as data, and whether a page may lead to them."""

from typing import Final
from urllib.parse import urlsplit

_SCHEMES: Final = frozenset({"http", "https"})


def of_this_site(address: str) -> str:
    """An address that begins at our own root; "" for every other, such as //elsewhere."""
    if not address.startswith("/") or address.startswith(("//", "/\\")) or _strange(address):
        return ""
    return address


def elsewhere(address: str) -> str:
    """An address of the web; "" for every other scheme, such as javascript:."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.scheme not in _SCHEMES or not parts.hostname or _strange(address):
        return ""
    return address


def _strange(address: str) -> bool:
    """Browsers leave control characters and blanks out before they follow an address."""
    return any(character <= " " or character == "\x7f" for character in address)
