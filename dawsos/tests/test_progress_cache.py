"""The cache of an import's progress, which may be the first to need the data directory."""

import os
from pathlib import Path

from django.core.cache import caches

from dawsos.progress_cache import ProgressCache


def test_a_new_data_directory_stays_open_to_the_owner_of_the_database(tmp_path: Path):
    data = tmp_path / "data"
    before = os.umask(0o022)
    try:
        cache = ProgressCache(str(data / "progress"), {})
        cache.set("step", "Writing")
    finally:
        os.umask(before)
    assert cache.get("step") == "Writing"
    assert data.stat().st_mode & 0o777 == 0o755
    assert (data / "progress").stat().st_mode & 0o777 == 0o700


def test_imports_say_in_it_what_they_are_at():
    assert isinstance(caches["progress"], ProgressCache)
