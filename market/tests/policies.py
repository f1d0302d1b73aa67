"""Policy files for tests."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings

OURS: Path = settings.PRICING_POLICIES[0]


def ecb() -> dict[str, Any]:
    """What our own policy file says, to be changed."""
    said: dict[str, Any] = json.loads((OURS / "ECB.json").read_text(encoding="utf-8"))
    return said


def write_policy(folder: Path, name: str, **changes: Any) -> Path:
    """A policy like ours under another name; groups are merged, everything else is replaced."""
    said = ecb() | {"name": name}
    for key, change in changes.items():
        said[key] = said[key] | change if isinstance(change, dict) else change
    path = folder / f"{name}.json"
    path.write_text(json.dumps(said), encoding="utf-8")
    return path
