#!/usr/bin/env python3
"""The command line of DawsOS: `python manage.py help` lists what it can do."""

import os
import sys


def main() -> None:
    if sys.argv[1:2] == ["evaluate"]:
        # Pure calculation: it needs no settings and no database, and does not wait for them.
        from portfolios.management.evaluating import main as evaluate

        sys.exit(evaluate(sys.argv[2:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dawsos.settings.base")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not here. Run `make`, then use `.venv/bin/python manage.py …`.")
    from django.db import OperationalError

    from dawsos.db.exceptions import DatabaseUnavailable

    try:
        execute_from_command_line(sys.argv)
    except (OperationalError, DatabaseUnavailable) as error:
        if not isinstance(error, DatabaseUnavailable) and not isinstance(
            error.__cause__, DatabaseUnavailable
        ):
            raise
        sys.exit(str(error))  # a sentence for a person, with its remedy


if __name__ == "__main__":
    main()
