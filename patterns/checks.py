"""Every pattern file is resolved whenever `manage.py` runs; all mistakes are reported together.

patterns.E001  a file that cannot be read, or is no JSON
patterns.E002  a key that is missing, unknown or of the wrong kind
patterns.E003  a capability that does not exist
patterns.E004  an argument that the capability does not take, needs, or refuses
patterns.E005  a reference or an output that leads nowhere
patterns.E006  steps that wait for each other, or patterns that contain each other
patterns.E007  a condition outside the grammar
patterns.E008  an input whose own default, bound or choice is not a value of its type
patterns.E009  a panel path that its data does not have
patterns.E010  a cell whose unit has no format, or another one
patterns.E011  more than the budget: bytes, depth, steps, references
patterns.E012  a pattern within a pattern that does not exist or has mistakes of its own
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error

from patterns import library
from patterns.diagnosis import faults_of
from patterns.faults import Fault
from patterns.reading import Reading
from patterns.subpatterns import Patterns


def check_patterns(
    app_configs: Sequence[AppConfig] | None = None,  # noqa: ARG001 - Django names it
    **_options: Any,
) -> list[CheckMessage]:
    return [_message(fault) for fault in library_faults(library.FOLDER)]


def library_faults(folder: Path) -> list[Fault]:
    """Every mistake of every file of a folder, by file and line."""
    loaded = library.load(folder)
    readings = loaded.readings.values()
    found = [fault for reading in readings for fault in reading_faults(reading, loaded.get)]
    return sorted(found, key=lambda fault: (fault.file, fault.line or 0, fault.pointer))


def reading_faults(reading: Reading, patterns: Patterns = library.get_pattern) -> list[Fault]:
    """The mistakes of a file's shape, and those that need the registry to be seen."""
    faults = list(reading.faults)
    if reading.spec is not None:
        deeper = faults_of(reading.spec, reading.step_ids, patterns)
        faults += [reading.source.located(fault) for fault in deeper]
    return faults


def _message(fault: Fault) -> CheckMessage:
    return Error(
        f"{fault.place}: {fault.message}",
        hint=fault.suggestion or None,
        id=f"patterns.{fault.code}",
    )
