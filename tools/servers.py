"""`python tools/servers.py`: repeat the tests of storage against servers that answer.

A PostgreSQL that DATABASE_URL names, else one on this machine that lets `postgres` in, and a Redis
that REDIS_URL names, else one on this machine. Where no PostgreSQL answers there is nothing to
repeat, and that is said. Whatever follows is passed on to pytest.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress

import psycopg
import redis

POSTGRESQL = "postgresql://postgres@127.0.0.1:5432/postgres"
REDIS = "redis://127.0.0.1:6379/0"
SECONDS = 3


def main() -> int:
    servers = {
        "DATABASE_URL": found("DATABASE_URL", POSTGRESQL, postgresql_version),
        "REDIS_URL": found("REDIS_URL", REDIS, redis_version),
    }
    if not servers["DATABASE_URL"]:
        print("No PostgreSQL answers beside the embedded one: its tests are not repeated.")
        return 0
    environment = os.environ | {name: url for name, url in servers.items() if url}
    command = [sys.executable, "-m", "pytest", "-m", "servers", *sys.argv[1:]]
    return subprocess.run(command, check=False, env=environment).returncode


def found(name: str, default: str, ask: Callable[[str], str]) -> str:
    """The address of a server that answers, or nothing; one that is named must answer."""
    named = os.environ.get(name, "")
    url = named or default
    try:
        version = ask(url)
    except (psycopg.Error, redis.RedisError) as error:
        if named:
            sys.exit(f"{name} names a server that does not answer: {error}")
        return ""
    print(f"{name}: {version}")
    return url


def postgresql_version(url: str) -> str:
    with psycopg.connect(url, connect_timeout=SECONDS) as connection:
        row = connection.execute("SELECT version()").fetchone()
    return str(row[0]).split(",", maxsplit=1)[0] if row else "PostgreSQL"


def redis_version(url: str) -> str:
    client = redis.Redis.from_url(url, socket_connect_timeout=SECONDS)
    with suppress(KeyError):
        return f"Redis {client.info('server')['redis_version']}"
    return "Redis"


if __name__ == "__main__":
    sys.exit(main())
