"""The cache of an import's progress, which may be the first to need the data directory."""

import os
from pathlib import Path

from django.conf import settings
from django.utils.module_loading import import_string


def test_a_new_data_directory_stays_open_to_the_owner_of_the_database(tmp_path: Path):
    backend = import_string(settings.CACHES["progress"]["BACKEND"])
    data = tmp_path / "data"
    before = os.umask(0o022)
    try:
        cache = backend(str(data / "progress"), {})
        cache.set("step", "Writing")
    finally:
        os.umask(before)
    assert cache.get("step") == "Writing"
    assert data.stat().st_mode & 0o777 == 0o755
    assert (data / "progress").stat().st_mode & 0o777 == 0o700
