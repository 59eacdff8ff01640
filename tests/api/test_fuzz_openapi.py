"""schemathesis asks every documented operation what its schema allows, and what it does not.

Whatever is asked, the answer is one that the schema announces: status, media type, shape; and never a 5xx.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests.api.service import Service, running, text_page
from tests.redis_server import RedisServer

PAGE = text_page(90, 70)
EXAMPLES = 4
# A schema cannot say what an image is: bytes that fit it are refused all the same; and unknown parameters do no harm.
BEYOND_A_SCHEMA = [positive_data_acceptance, negative_data_rejection]
few = settings(max_examples=EXAMPLES, phases=[Phase.generate])
fewer = settings(max_examples=EXAMPLES // 2, phases=[Phase.generate])  # each works on an image or reads it


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """With a Redis, since without one a task is rightly answered 503."""
    with RedisServer() as server, running(tmp_path_factory.mktemp("media"), redis_url=server.url) as service:
        yield service


@pytest.fixture(scope="module")
def operations(service: Service) -> dict[str, Any]:
    schema = schemathesis.openapi.from_dict(service.http.get("/api/openapi.json").json())
    return {operation.label: operation for operation in (each.ok() for each in schema.get_all_operations())}


def ask(service: Service, case: Any) -> None:
    case.call_and_validate(
        base_url=f"{service.url}/api", headers=service.headers(), excluded_checks=BEYOND_A_SCHEMA, timeout=60
    )


@pytest.mark.parametrize("mode", GenerationMode, ids=["fitting", "spoiled"])
def test_every_operation(service: Service, operations: dict[str, Any], mode: GenerationMode) -> None:
    for operation in operations.values():

        @few
        @given(case=operation.as_strategy(generation_mode=mode))
        def attempt(case: Any) -> None:
            ask(service, case)

        with suppress(Unsatisfiable):  # nothing of a plain GET can be spoiled
            attempt()


def test_every_operation_on_a_page(service: Service, operations: dict[str, Any]) -> None:
    """Parameters as they come, but a real page, so that there is something to answer with."""
    for operation in (each for each in operations.values() if each.method == "post"):

        @fewer
        @given(case=operation.as_strategy())
        def attempt(case: Any) -> None:
            case.body = {"file": PAGE}
            case.media_type = "multipart/form-data"
            ask(service, case)

        with suppress(Unsatisfiable):  # nothing of a plain GET can be spoiled
            attempt()
