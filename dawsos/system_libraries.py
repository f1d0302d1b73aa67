"""Libraries that come from the operating system, not from Python."""

from ctypes.util import find_library

PANGO = ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset")
PANGO_REMEDY = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


def missing_pango() -> list[str]:
    """The libraries that drawing PDFs needs and this machine lacks."""
    return [name for name in PANGO if find_library(name) is None]
