"""The secret key: from the environment, else made once and kept in the data directory."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from dawsos.settings.environment import Environment

SHORTEST = 32  # bytes; HS256 signs tokens with it


def secret_key(environment: Environment, folder: Path) -> str:
    given = environment.text("DAWSOS_SECRET_KEY")
    if not given:
        return kept_key(folder / "secret-key")
    if len(given) < SHORTEST:
        raise ImproperlyConfigured(
            f"DAWSOS_SECRET_KEY has {len(given)} characters: give it at least {SHORTEST}, for "
            "example the output of `python3 -c 'import secrets; print(secrets.token_hex(32))'`."
        )
    return given


def kept_key(file: Path) -> str:
    """Read the key, or make it. Of two processes that make it at once, one wins for both."""
    try:
        with suppress(FileNotFoundError):
            return file.read_text().strip()
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as writer:
            writer.write(secrets.token_hex(32))
        with suppress(FileExistsError):
            os.link(fresh, file)
        fresh.unlink()
        return file.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"The secret key cannot be kept in {file.parent} ({error.strerror}): set "
            "DAWSOS_SECRET_KEY, or DAWSOS_DATA_DIR to a folder of your own."
        ) from error
