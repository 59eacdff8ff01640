"""Django's command line: `python -m django_app.manage …` from the root of the repository."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "django_app.config.settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
