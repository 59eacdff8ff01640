"""/jobs/"""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from django_app.jobs.models import Job


@pytest.fixture
def job(page: Any, alice: Any) -> Job:
    document = page.document
    return Job.objects.start("apply", project=document.project, document=document, params={}, pages=[page], by=alice)


def test_it_works(as_bob: Client, job: Job) -> None:
    answer = as_bob.get("/jobs/")
    assert answer.status_code == 200
    assert [each.pk for each in answer.context["jobs"]] == [job.pk]
    assert answer.context["jobs"][0].state == "queued"


def test_it_works_without_jobs(as_charlie: Client, job: Job) -> None:
    answer = as_charlie.get("/jobs/")
    assert answer.status_code == 200
    assert not answer.context["jobs"].object_list


def test_newest_first_and_paged(as_alice: Client, job: Job, page: Any, alice: Any) -> None:
    document = page.document
    for _ in range(30):
        Job.objects.start("read", project=document.project, document=document, params={}, pages=[page], by=alice)
    first = as_alice.get("/jobs/").context["jobs"]
    assert (len(first), first.paginator.count) == (25, 31)
    assert first[0].pk > first[1].pk
    assert as_alice.get("/jobs/?page=2").context["jobs"][-1].pk == job.pk
    assert as_alice.get("/jobs/?page=nonsense").status_code == 200


def test_a_long_list_costs_no_more_queries(
    as_alice: Client, job: Job, page: Any, alice: Any, django_assert_max_num_queries: Any
) -> None:
    document = page.document
    for _ in range(24):
        Job.objects.start("read", project=document.project, document=document, params={}, pages=[page], by=alice)
    with django_assert_max_num_queries(8):
        as_alice.get("/jobs/")


def test_admin_only_looks(job: Job, db: None) -> None:
    admin = Client()
    admin.force_login(get_user_model().objects.create_superuser("root", password="root-password"))
    assert admin.get("/admin/jobs/job/").status_code == 200
    assert admin.get(f"/admin/jobs/job/{job.pk}/change/").status_code == 200
    assert admin.get("/admin/jobs/job/add/").status_code == 403
    assert admin.post(f"/admin/jobs/job/{job.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin.get("/admin/texts/layer/").status_code == 200
