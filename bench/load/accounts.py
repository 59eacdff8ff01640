"""`python -m bench.load.accounts COUNT`: people with a password and a project, in the environment's database."""

import sys

import django
from django.contrib.auth.hashers import make_password

from bench.load.people import PASSWORD


def name(number: int) -> str:
    return f"reader-{number}"


def make(count: int) -> None:
    """The password is the same and hashed once: what signing in costs is measured, not what signing up does."""
    from django_app.projects.models import Project
    from django_app.users.models import User

    password = make_password(PASSWORD)
    people = [User(username=name(number), password=password) for number in range(count)]
    for person in User.objects.bulk_create(people):
        Project.begin(person, "Letters")


if __name__ == "__main__":
    django.setup()
    make(int(sys.argv[1]))
