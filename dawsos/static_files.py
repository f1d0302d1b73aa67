"""Scripts and styles go out compressed, without a build step and without `collectstatic`.

What `collectstatic` compresses beforehand has its own `.gz` beside it. Where files are served
straight from their folders, the first process that starts compresses each into the data
directory, under the hash of its content; later ones find it there.
"""

from __future__ import annotations

import gzip
import os
from hashlib import sha256
from pathlib import Path
from typing import Final
from wsgiref.headers import Headers

from django.conf import settings
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

COMPRESSED: Final = (".css", ".js", ".svg", ".json")
SMALLEST: Final = 1024  # bytes; below, the headers weigh more than what is saved


class StaticFilesMiddleware(WhiteNoiseMiddleware):
    def get_static_file(
        self, path: str, url: str, stat_cache: dict[str, os.stat_result] | None = None
    ) -> StaticFile:
        found = super().get_static_file(path, url, stat_cache)
        if settings.STATIC_ROOT or not path.endswith(COMPRESSED):
            return found
        packed = compressed(Path(path), settings.DATA_DIR / "static")
        if packed is None:
            return found
        headers = Headers([])
        self.add_mime_headers(headers, path, url)
        self.add_cache_headers(headers, path, url)
        return StaticFile(path, headers.items(), encodings={"gzip": str(packed)})


def compressed(path: Path, folder: Path) -> Path | None:
    """The file's compressed copy, made where there is none; None where it would save little."""
    content = path.read_bytes()
    if len(content) < SMALLEST:
        return None
    packed = folder / f"{sha256(content).hexdigest()[:32]}.gz"
    try:
        if not packed.exists():
            folder.mkdir(parents=True, exist_ok=True)
            draft = packed.with_suffix(f".{os.getpid()}")
            draft.write_bytes(gzip.compress(content, 9, mtime=0))
            draft.replace(packed)  # two workers that start at once write the same
    except OSError:
        return None  # a folder that cannot be written: the file itself is served
    return packed
