"""What tests of a project's invoices begin with: a task whose file is not read, and a way to add what was read."""

from collections.abc import Callable
from typing import Any

import pytest

from django_app.jobs.models import Job
from tests.web.invoices import Add, adder, begun


@pytest.fixture
def task(project: Any, alice: Any) -> Job:
    return begun(project, alice)


@pytest.fixture
def add(task: Job, add_page: Callable[..., Any]) -> Add:
    return adder(task, add_page)
