"""schemathesis asks every operation of Django's schema, as alice: no 5xx, and only what the schema announces."""

from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from hypothesis import Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

few = settings(max_examples=3, phases=[Phase.generate])
# Bytes that fit a schema are no image yet, a number no page of alice's; and unknown fields do no harm.
BEYOND_A_SCHEMA = [positive_data_acceptance, negative_data_rejection]


@pytest.fixture
def schema(live_server: Any) -> Any:
    return schemathesis.openapi.from_url(f"{live_server.url}/api/schema/?format=json")


@pytest.fixture
def token(as_alice: Any) -> str:
    answer = as_alice.post("/api/token/", {"username": "alice", "password": "alice-password"})
    return str(answer.json()["access"])


@pytest.mark.parametrize("mode", GenerationMode, ids=["fitting", "spoiled"])
def test_every_operation(schema: Any, token: str, page: Any, engine: str, mode: GenerationMode) -> None:
    own = {"id": page.pk, "page_id": page.pk, "document_id": page.document_id, "project_id": page.document.project_id}
    for operation in (each.ok() for each in schema.get_all_operations()):

        @few
        @given(case=operation.as_strategy(generation_mode=mode))
        def attempt(case: Any) -> None:
            cache.clear()  # or the fourth wrong password would be one too many
            case.path_parameters = {name: own.get(name, value) for name, value in case.path_parameters.items()}
            case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, excluded_checks=BEYOND_A_SCHEMA)

        with suppress(Unsatisfiable):  # nothing of a plain GET can be spoiled
            attempt()
