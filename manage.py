#!/usr/bin/env python3
"""The command line of DawsOS: `python manage.py help` lists what it can do."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dawsos.settings.base")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not here. Run `make`, then use `.venv/bin/python manage.py …`.")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
