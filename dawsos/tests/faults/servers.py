"""Servers of our own, to be stopped and killed."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE = 120.0


def until(ask: Callable[[], bool], what: str) -> None:
    """Ask again and again; what does not come about in two minutes has failed."""
    deadline = time.monotonic() + PATIENCE
    while not ask():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come about")
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as finder:
        finder.bind(("127.0.0.1", 0))
        port: int = finder.getsockname()[1]
        return port


class Redis:
    """A broker without a disk: stopped, it forgets everything."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.running: subprocess.Popen[bytes] | None = None

    @staticmethod
    def program() -> str | None:
        return shutil.which("redis-server")

    def start(self) -> None:
        program = self.program()
        assert program is not None
        command = [program, "--port", str(self.port), "--save", "", "--appendonly", "no"]
        self.running = subprocess.Popen(
            [*command, "--bind", "127.0.0.1"], stdout=subprocess.DEVNULL, cwd="/"
        )
        until(self.answers, "the start of Redis")

    def answers(self) -> bool:
        with socket.socket() as caller:
            return caller.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        if self.running is not None:
            self.running.kill()
            self.running.wait()
            self.running = None


class Celery:
    """`celery -A dawsos.celery worker` or `beat` under a process manager, as in production: a
    worker that loses its broker with messages in hand gives up and is started again."""

    def __init__(self, command: str, *, environment: dict[str, str], log: Path) -> None:
        self.command, self.environment, self.log = command, environment, log
        self.running = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "dawsos.celery", *self.command.split()],
                env=self.environment,
                stdout=output,
                stderr=output,
                cwd=Path(__file__).resolve().parents[3],
            )

    def keep_up(self) -> None:
        if self.running.poll() is not None:
            self.running = self._start()

    def stop(self) -> None:
        self.running.terminate()
        try:
            self.running.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.running.kill()
            self.running.wait()
