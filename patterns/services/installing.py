"""Keeping the product's own patterns, so that runs outlive the version that answered them."""

import hashlib

from patterns.library import FOLDER
from patterns.models import InstalledPattern
from patterns.reading import read_spec
from patterns.source import read


def keep_installed() -> None:
    """Keep every built-in pattern in the version that is installed.

    What a version calculates never changes; how it is laid out may, and then the newest stays.
    """
    rows = []
    for path in sorted(FOLDER.glob("*.json")):
        spec = read_spec(read(path)).spec
        if spec is not None:
            text = path.read_text()
            digest = hashlib.sha256(text.encode()).hexdigest()
            row = {"pattern_id": spec.id, "version": spec.version}
            rows.append(InstalledPattern(**row, text=text, digest=digest))
    InstalledPattern.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["pattern_id", "version"],
        update_fields=["text", "digest"],
    )
