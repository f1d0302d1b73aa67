"""Where a long import says what it is at: a file cache that leaves the data directory open."""

from pathlib import Path
from typing import Any

from django.core.cache.backends.filebased import FileBasedCache


class ProgressCache(FileBasedCache):
    """Django closes every folder that it makes above a cache's own. The data directory is such a
    folder while it is new, and the owner of the database, who is not root, must get through it."""

    def __init__(self, folder: str, params: dict[str, Any]) -> None:
        Path(folder).parent.mkdir(parents=True, exist_ok=True)
        super().__init__(folder, params)
