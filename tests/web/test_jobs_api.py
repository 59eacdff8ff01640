"""POST pages/{id}/versions/, pages/{id}/read/, documents/{id}/jobs/; GET jobs/, jobs/{id}/; cancel and retry."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from django_app.jobs.items import JobItem
from django_app.jobs.models import Job
from django_app.pages.removal import remove_page

RECIPE = {"steps": [{"step": "binarize", "method": "otsu"}]}

Queries = Callable[..., Any]


def post(client: Client, path: str, body: Any = None, **headers: str) -> Any:
    return client.post(f"/api/{path}", body or {}, content_type="application/json", headers=headers)


@pytest.fixture
def job(document: Any, add_page: Callable[..., Any], alice: Any) -> Job:
    pages = [add_page(name) for name in ("1r", "1v", "2r")]
    params = {"recipe": RECIPE}
    return Job.objects.start("apply", project=document.project, document=document, params=params, pages=pages, by=alice)


# --- Starting ------------------------------------------------------------------------------------------------------


def test_save_as_version_works(as_alice: Client, page: Any, alice: Any) -> None:
    answer = post(as_alice, f"pages/{page.pk}/versions/", {"recipe": RECIPE})
    assert answer.status_code == 202
    body = answer.json()
    assert answer["Location"] == f"/api/jobs/{body['id']}/"
    assert (body["kind"], body["state"], body["document"]) == ("apply", "queued", page.document_id)
    assert (body["total"], body["done"], body["failed"], body["percent"]) == (1, 0, 0, 0)
    assert body["started_at"] is body["finished_at"] is None
    waiting = {
        "position": 1,
        "page": page.pk,
        "number": 1,
        "name": "",
        "state": "queued",
        "percent": 0,
        "code": "",
        "detail": "",
    }
    assert body["items"] == [waiting | {"seconds": None}]
    job = Job.objects.get()
    assert (job.params, job.created_by, job.project) == ({"recipe": RECIPE}, alice, page.document.project)


def test_read_works(as_alice: Client, page: Any, derived: Any) -> None:
    answer = post(as_alice, f"pages/{page.pk}/read/", {"languages": ["eng", "heb"], "version": derived.pk})
    assert answer.status_code == 202
    assert answer.json()["kind"] == "read"
    assert Job.objects.get().params == {"languages": ["eng", "heb"], "version": derived.pk}


def test_more_pages_than_one_person_may_have(
    as_alice: Client, as_bob: Client, document: Any, add_page: Callable[..., Any], settings: Any
) -> None:
    settings.JOB_PAGES_PER_USER = 3
    pages = [add_page(), add_page()]
    body = {"kind": "apply", "recipe": RECIPE}
    assert post(as_alice, f"documents/{document.pk}/jobs/", body).status_code == 202
    answer = post(as_alice, f"documents/{document.pk}/jobs/", body)
    assert (answer.status_code, answer["Retry-After"], answer.json()["code"]) == (429, "60", "too_many_requests")
    assert "2 of your pages" in answer.json()["detail"]
    assert Job.objects.count() == 1
    assert post(as_alice, f"pages/{pages[0].pk}/versions/", {"recipe": RECIPE}).status_code == 202
    assert post(as_bob, f"documents/{document.pk}/jobs/", body).status_code == 202


def test_all_pages_of_a_document(as_bob: Client, document: Any, add_page: Callable[..., Any]) -> None:
    pages = [add_page(), add_page()]
    answer = post(as_bob, f"documents/{document.pk}/jobs/", {"kind": "apply", "recipe": RECIPE})
    assert answer.status_code == 202
    assert [item["page"] for item in answer.json()["items"]] == [page.pk for page in pages]


def test_some_pages_of_a_document(as_bob: Client, document: Any, add_page: Callable[..., Any]) -> None:
    first, _, third = add_page(), add_page(), add_page()
    body = {"kind": "read", "languages": ["heb"], "pages": [third.pk, first.pk]}
    answer = post(as_bob, f"documents/{document.pk}/jobs/", body)
    assert [item["number"] for item in answer.json()["items"]] == [1, 3]


def test_the_same_key_starts_one_job(as_alice: Client, page: Any) -> None:
    path = f"pages/{page.pk}/versions/"
    first = post(as_alice, path, {"recipe": RECIPE}, **{"Idempotency-Key": "k"})
    again = post(as_alice, path, {"recipe": RECIPE}, **{"Idempotency-Key": "k"})
    assert first.json()["id"] == again.json()["id"]
    assert Job.objects.count() == 1


@pytest.mark.parametrize(
    "recipe",
    [
        "binarize",
        [],
        {},
        {"steps": []},
        {"steps": "binarize"},
        {"steps": ["binarize"]},
        {"steps": [{"method": "otsu"}]},
        {"steps": [{"step": 1}]},
        {"steps": [{"step": "binarize"}] * 21},
        {"steps": [{"step": "binarize", "method": "ot\0su"}]},
    ],
)
def test_no_recipe(as_alice: Client, page: Any, recipe: Any) -> None:
    answer = post(as_alice, f"pages/{page.pk}/versions/", {"recipe": recipe})
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["loc"] == ["recipe"]
    assert not Job.objects.exists()


@pytest.mark.parametrize("languages", [None, [], "eng", ["english"], ["../eng"], ["eng+heb"], [7, {}], ["eng"] * 9])
def test_no_languages(as_alice: Client, page: Any, languages: Any) -> None:
    answer = post(as_alice, f"pages/{page.pk}/read/", {"languages": languages})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["loc"][0] == "languages"


@pytest.mark.parametrize("language", ["eng", "heb", "chi_sim", "script_Latin"])
def test_languages(as_alice: Client, page: Any, language: str) -> None:
    expected = 422 if language.startswith("script") else 202
    assert post(as_alice, f"pages/{page.pk}/read/", {"languages": [language]}).status_code == expected


def test_another_pages_version(as_alice: Client, page: Any, add_page: Callable[..., Any]) -> None:
    body = {"languages": ["eng"], "version": add_page().current_id}
    answer = post(as_alice, f"pages/{page.pk}/read/", body)
    assert (answer.status_code, answer.json()["errors"][0]["loc"]) == (422, ["version"])


@pytest.mark.parametrize(
    ("body", "loc"),
    [
        ({}, "kind"),
        ({"kind": "print"}, "kind"),
        ({"kind": "read"}, "languages"),
        ({"kind": "apply", "recipe": RECIPE, "pages": []}, "pages"),
        ({"kind": "apply", "recipe": RECIPE, "pages": ["all"]}, "pages"),
        ({"kind": "apply", "recipe": RECIPE, "pages": [999999]}, "pages"),
        ({"kind": "apply", "recipe": RECIPE, "pages": [10**30]}, "pages"),
    ],
)
def test_bad_document_jobs(as_alice: Client, page: Any, body: dict[str, Any], loc: str) -> None:
    answer = post(as_alice, f"documents/{page.document_id}/jobs/", body)
    assert (answer.status_code, answer.json()["errors"][0]["loc"][0]) == (422, loc)
    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_page_that_is_deleted_meanwhile(as_alice: Client, page: Any) -> None:
    """The one who starts a job waits for the one who deletes, and then finds no page."""
    reached, statuses = threading.Event(), []

    def tell(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        """Sets `reached` when the pages have been read, or when they cannot be read yet."""
        if sql.startswith("BEGIN") or "FOR UPDATE" in sql:
            reached.set()
        result = execute(sql, *arguments)
        if 'FROM "pages_page"' in sql:
            reached.set()
        return result

    def start() -> None:
        try:
            with connection.execute_wrapper(tell):
                body = {"kind": "apply", "recipe": RECIPE}
                statuses.append(post(as_alice, f"documents/{page.document_id}/jobs/", body).status_code)
        finally:
            connection.close()

    starter = threading.Thread(target=start)
    with transaction.atomic():
        remove_page(page)
        starter.start()
        assert reached.wait(10)
    starter.join()
    assert statuses == [422]
    assert not Job.objects.exists()


def test_a_document_without_pages(as_alice: Client, document: Any) -> None:
    answer = post(as_alice, f"documents/{document.pk}/jobs/", {"kind": "apply", "recipe": RECIPE})
    assert answer.status_code == 422
    assert "no pages" in answer.json()["detail"]


# --- Watching ------------------------------------------------------------------------------------------------------


def test_progress_works(as_reader: Client, job: Job) -> None:
    done, failed, _ = job.items.all()
    done.claim()
    done.complete()
    failed.claim()
    failed.fail("unusable_image", "The file is broken.")
    body = as_reader.get(f"/api/jobs/{job.pk}/").json()
    assert (body["state"], body["total"], body["done"], body["failed"], body["percent"]) == ("running", 3, 1, 1, 66)
    assert body["started_at"]
    assert [item["state"] for item in body["items"]] == ["done", "failed", "queued"]
    assert (body["items"][1]["code"], body["items"][1]["detail"]) == ("unusable_image", "The file is broken.")
    assert body["items"][0]["seconds"] >= 0


def test_a_deleted_page_stays_in_the_job(as_alice: Client, job: Job) -> None:
    job.items.earliest("position").page.delete()
    item = as_alice.get(f"/api/jobs/{job.pk}/").json()["items"][0]
    assert (item["page"], item["number"]) == (None, None)


def test_progress_costs_the_same_for_any_job(
    as_alice: Client, job: Job, add_page: Callable[..., Any], django_assert_max_num_queries: Queries, alice: Any
) -> None:
    """Of 3 pages as of 1,000; and whoever asks what is new hears of that alone."""
    pages = [add_page()] * 1000
    large = Job.objects.start(
        "apply", project=job.project, document=job.document, params={"recipe": RECIPE}, pages=pages, by=alice
    )
    for each in (job, large):
        with django_assert_max_num_queries(5):  # session, user, job, items, counts
            body = as_alice.get(f"/api/jobs/{each.pk}/").json()
    assert len(body["items"]) == 1000
    JobItem.objects.update(seen_at=None)
    large.items.get(position=7).claim("a")
    with django_assert_max_num_queries(5):
        news = as_alice.get(f"/api/jobs/{large.pk}/", {"since": body["now"]}).json()
    assert [(item["position"], item["state"]) for item in news["items"]] == [(7, "running")]
    assert (news["total"], news["state"]) == (1000, "running")
    assert as_alice.get(f"/api/jobs/{large.pk}/", {"since": "yesterday"}).status_code == 422


def test_a_long_job_costs_the_page_of_jobs_no_more(
    as_alice: Client, job: Job, page: Any, alice: Any, django_assert_max_num_queries: Queries
) -> None:
    facts = {"project": job.project, "document": job.document, "params": {"recipe": RECIPE}, "by": alice}
    for count in (10, 1000):
        Job.objects.start("apply", pages=[page] * count, **facts)
        with django_assert_max_num_queries(8):
            as_alice.get("/jobs/")


@pytest.mark.parametrize(
    ("query", "shown"), [("state=open", 1), ("state=ended", 1), ("state=failed", 1), ("by=me", 0), ("", 2)]
)
def test_filters_of_the_page_of_jobs(as_bob: Client, job: Job, page: Any, alice: Any, query: str, shown: int) -> None:
    facts = {"project": job.project, "document": job.document, "params": {"recipe": RECIPE}, "by": alice}
    ended = Job.objects.start("apply", pages=[page], **facts)
    ended.items.get().claim("a")
    assert ended.items.get().fail("internal", "Why.")
    assert ended.finish()
    assert len(as_bob.get(f"/jobs/?{query}").context["jobs"]) == shown


def test_list_works(as_bob: Client, job: Job, page: Any, django_assert_max_num_queries: Queries) -> None:
    ended = Job.objects.start(
        "read", project=job.project, document=None, params={"languages": ["eng"]}, pages=[page], by=job.created_by
    )
    item = ended.items.get()
    item.claim()
    item.complete()
    ended.finish()
    with django_assert_max_num_queries(4):  # session, user, count, jobs
        body = as_bob.get("/api/jobs/").json()
    assert [(each["id"], each["state"]) for each in body["results"]] == [(ended.pk, "completed"), (job.pk, "queued")]
    assert [each["id"] for each in as_bob.get("/api/jobs/?active=1").json()["results"]] == [job.pk]
    in_document = as_bob.get(f"/api/jobs/?document={job.document_id}").json()
    assert [each["id"] for each in in_document["results"]] == [job.pk]


# --- Cancel and retry ----------------------------------------------------------------------------------------------


def test_cancel_works(as_bob: Client, job: Job) -> None:
    done = job.items.earliest("position")
    done.claim()
    done.complete()
    body = post(as_bob, f"jobs/{job.pk}/cancel/").json()
    assert (body["state"], body["done"]) == ("cancelled", 1)
    assert body["finished_at"]
    assert [item["state"] for item in body["items"]] == ["done", "cancelled", "cancelled"]
    assert post(as_bob, f"jobs/{job.pk}/cancel/").json()["state"] == "cancelled"


def test_retry_works(as_bob: Client, job: Job) -> None:
    for item in job.items.all():
        item.claim()
        item.fail("timed_out", "It took too long.")
    job.finish()
    answer = post(as_bob, f"jobs/{job.pk}/retry/")
    assert answer.status_code == 202
    assert (answer.json()["state"], answer.json()["failed"], answer.json()["finished_at"]) == ("queued", 0, None)
