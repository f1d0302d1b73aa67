"""The pattern files: list them, look at one, check some, begin a new one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from patterns import library
from patterns.checks import reading_faults
from patterns.exceptions import DawsError
from patterns.faults import Fault
from patterns.plan import PatternStep, plan_for
from patterns.reading import read_spec
from patterns.schema import new_pattern
from patterns.source import read


class Command(BaseCommand):
    help = "List, show, lint and begin patterns."

    def add_arguments(self, parser: CommandParser) -> None:
        doing = parser.add_subparsers(dest="doing", required=True, metavar="list|show|lint|new")
        one = doing.add_parser("list", help="every pattern with its version")
        one.add_argument("--json", action="store_true", help="print JSON only")
        one = doing.add_parser("show", help="inputs, steps in their order and panels of a pattern")
        one.add_argument("pattern")
        one = doing.add_parser("lint", help="every mistake of some files, or of the library")
        one.add_argument("files", nargs="*", type=Path, metavar="FILE")
        one.add_argument("--json", action="store_true", help="print JSON only")
        one = doing.add_parser("new", help="print a pattern with one step, ready to be filled")
        one.add_argument("pattern", help="its id, such as my_view")
        one.add_argument("--capability", default="portfolio.get_valued_positions")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['doing']}")(options)
        except DawsError as error:
            raise CommandError(f"{error.message} {error.suggestion}") from error

    def _list(self, options: dict[str, Any]) -> None:
        known = list(library.library().patterns())
        if options["json"]:
            told = [{"id": it.id, "version": it.version, "name": it.name} for it in known]
            self.stdout.write(json.dumps(told))
            return
        for it in known:
            self.stdout.write(f"{it.id:<32}{it.version:<10}{it.description}")

    def _show(self, options: dict[str, Any]) -> None:
        plan = plan_for(library.get_pattern(options["pattern"]))
        spec = plan.spec
        self.stdout.write(f"{spec.id} {spec.version}: {spec.description}")
        for name, declared in spec.inputs.items():
            said = "required" if declared.required else f"default {declared.default}"
            self.stdout.write(f"  input {name}: {declared.type}, {said}. {declared.description}")
        for step in plan.steps:
            needs = f" after {', '.join(step.needs)}" if step.needs else ""
            when = f" when {step.when_text}" if step.when_text else ""
            called = step.plan.spec.id if isinstance(step, PatternStep) else step.capability.name
            optional = ", optional" if step.optional else ""
            self.stdout.write(f"  step {step.id}: {called}{needs}{when}{optional}")
        for panel in spec.panels:
            self.stdout.write(f"  panel {panel.id}: {panel.type}, {panel.title}")

    def _lint(self, options: dict[str, Any]) -> None:
        files = options["files"] or sorted(library.FOLDER.glob("*.json"))
        faults = [fault for file in files for fault in self._faults(file)]
        if options["json"]:
            self.stdout.write(json.dumps([fault.as_dict() for fault in faults]))
        else:
            for fault in faults:
                hint = f" {fault.suggestion}" if fault.suggestion else ""
                self.stdout.write(f"{fault.place}: {fault.message}{hint}")
        if faults:
            count = f"{len(faults)} mistakes" if len(faults) > 1 else "1 mistake"
            raise CommandError(f"{count} in {len(files)} file{'s' if len(files) > 1 else ''}.")
        if not options["json"]:
            self.stdout.write(f"{len(files)} patterns, no mistake.")

    def _faults(self, file: Path) -> list[Fault]:
        return sorted(
            reading_faults(read_spec(read(file))),
            key=lambda fault: (fault.line or 0, fault.pointer),
        )

    def _new(self, options: dict[str, Any]) -> None:
        made = new_pattern(options["pattern"], options["capability"])
        self.stdout.write(json.dumps(made, indent=2, ensure_ascii=False))
