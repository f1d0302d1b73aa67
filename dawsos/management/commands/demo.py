"""Create the demo from real bundled data, run its night, and serve it."""

from __future__ import annotations

import json
import os
import socket
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dawsos.demo.build import build_demo
from dawsos.demo.stopwatch import Stopwatch
from dawsos.demo.summary import demo_summary
from patterns.exceptions import DawsError


class Command(BaseCommand):
    help = "Demo users and portfolios from bundled real data, the nightly chain, the server."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="do all but serve; print JSON")
        parser.add_argument("--port", type=int, help="serve here; the default is the first free")

    def handle(self, *args: Any, **options: Any) -> None:
        port = options["port"] or first_free_port()
        address = f"http://127.0.0.1:{port}/"
        watch = Stopwatch(say=self._say)
        try:
            build_demo(watch)
            summary = demo_summary(address, watch)
        except DawsError as error:
            raise CommandError(f"{error.message} {error.suggestion}") from error
        if options["check"]:
            self.stdout.write(json.dumps(summary))
            return
        self._greet(summary)
        serve(port)

    def _say(self, line: str) -> None:
        self.stderr.write(line)

    def _greet(self, summary: dict[str, Any]) -> None:
        self.stdout.write("\nDawsOS demo: real market data, sample trades.\n")
        for portfolio in summary["portfolios"]:
            self.stdout.write(
                f"  {portfolio['name']:<16}{portfolio['total_value']:>16} "
                f"{portfolio['base_currency']}  {portfolio['state']:<8} {portfolio['pack_id']}"
            )
        self.stdout.write("\nLogins (the password of each is the same):")
        for login in summary["logins"]:
            self.stdout.write(f"  {login['role']:<8}{login['email']:<26}{login['password']}")
        self.stdout.write(f"\nOpen {summary['address']}   (Ctrl-C stops it)\n")
        self.stdout.flush()


def first_free_port(start: int = 8000) -> int:
    """The first port from ``start`` on that nobody listens to on this machine."""
    for port in range(start, start + 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise CommandError(f"Ports {start} to {start + 99} are all taken; name one with --port.")


def serve(port: int) -> None:
    """Become the web server: no parent process is left that a signal could miss."""
    from django.db import connections  # noqa: PLC0415

    connections.close_all()
    os.environ["DAWSOS_DEMO"] = "1"  # every page says that the trades are samples
    os.environ.setdefault("DATABASE_POOL", "4")  # as many as a worker has threads
    gunicorn = [sys.executable, "-m", "gunicorn", "dawsos.wsgi:application"]
    options = ["--bind", f"127.0.0.1:{port}", "--workers", "2", "--worker-class", "gthread"]
    os.execv(  # noqa: S606  (our own command, and no shell is wanted)
        sys.executable, [*gunicorn, *options, "--threads", "4", "--log-level", "warning"]
    )
