"""The night on a terminal: a bar for the stage at work, a line for each that has ended."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.core.management.base import OutputWrapper

from dawsos.models import StageRun
from dawsos.night.chain import Step
from dawsos.night.clock import seconds
from dawsos.night.report import chunks_done

WIDTH = 24


def progress_on(stream: OutputWrapper) -> Callable[[Step], None]:
    """Lines always; the bar only where somebody looks."""
    began = time.monotonic()

    def show(step: Step) -> None:
        stage = step.stage
        if stage.state in {StageRun.State.DONE, StageRun.State.FAILED}:
            clear = "\r\x1b[K" if stream.isatty() else ""
            stream.write(clear + line(stage))
        elif stream.isatty():
            done, total = chunks_done(stage)
            passed = time.monotonic() - began
            stream.write("\r\x1b[K" + bar(stage.stage, done, total, passed), ending="")
            stream.flush()

    return show


def line(stage: StageRun) -> str:
    return f"{stage.stage:<24}{stage.state:<8}{seconds(stage):>8.2f} s  {stage.message}"


def bar(stage: str, done: int, total: int, passed: float) -> str:
    """`reconcile_ledger        [######      ] 2 of 4 chunks, 3 s`"""
    filled = WIDTH * done // total if total else 0
    drawn = "#" * filled + " " * (WIDTH - filled)
    return f"{stage:<24}[{drawn}] {done} of {total} chunks, {passed:.0f} s"
