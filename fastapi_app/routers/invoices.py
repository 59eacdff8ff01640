"""Invoices by a worker: the engine's own doors on its own port, which no path through nginx leads to.

The projects' addresses do the same with rows, corrections and rights (`django_app/api/invoices.py`).
"""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Header, Path, Query, Request, Response

from fastapi_app import invoice_tasks
from fastapi_app.auth import CurrentClaims
from fastapi_app.intake import CurrentIntake, File, Intake
from fastapi_app.invoice_tasks import KIND, Invoices
from fastapi_app.orders import Order, Slot
from fastapi_app.queue import Tasks
from fastapi_app.routers import answers
from fastapi_app.routers.ocr import codes

router = APIRouter(tags=["invoices"], include_in_schema=False)

TaskId = Annotated[str, Path(max_length=100)]
Languages = Annotated[str, Query(max_length=200)]
Key = Annotated[str | None, Header(max_length=200, alias="Idempotency-Key")]


@router.post("/upload/", status_code=202)
async def upload(
    request: Request,
    response: Response,
    claims: CurrentClaims,
    intake: CurrentIntake,
    languages: Languages = "eng+heb",
    key: Key = None,
) -> dict[str, Any]:
    """Images, PDFs and ZIP archives of them; what cannot be read of them has its reason in `check-task`."""
    names, chosen = tuple(file.name for file in intake.files), tuple(codes(languages))
    order = Order(claims.user, len(names), True, chosen, request.state.request_id, KIND, names)
    act = partial(_order, request.app.state.tasks, order, intake, key)
    task_id = await anyio.to_thread.run_sync(act, limiter=request.app.state.bodies)
    response.headers["Location"] = f"/status/{task_id}"
    return {"task_id": task_id, "files": len(names)}


def _order(tasks: Tasks, order: Order, intake: Intake, key: str | None) -> str:
    contents = [_slot(file) for file in intake.files]
    return tasks.order(order, contents, key=key, digest=f"{intake.digest} {'+'.join(order.languages)}")


def _slot(file: File) -> Any:
    """Its path, or the slot of what is not taken."""
    refused = file.content
    if isinstance(refused, Exception):
        slot: Slot = {"error": {"code": refused.code, "detail": str(refused)}, "attempts": 0, "seconds": None}
        return slot
    return refused


async def _found(request: Request, user: str, task_id: str) -> Invoices:
    return await anyio.to_thread.run_sync(invoice_tasks.find, request.app.state.tasks, task_id, user)


@router.get("/status/{task_id}")
async def status(request: Request, claims: CurrentClaims, task_id: TaskId) -> dict[str, Any]:
    """How far the task is."""
    return invoice_tasks.status(await _found(request, claims.user, task_id))


@router.post("/cancel/{task_id}")
async def cancel(request: Request, claims: CurrentClaims, task_id: TaskId) -> dict[str, Any]:
    """What is done stays; a task that has ended already stays what it is."""
    await _found(request, claims.user, task_id)
    task = await anyio.to_thread.run_sync(request.app.state.tasks.cancel, task_id, claims.user)
    return {"status": task.status}


@router.get("/download/{task_id}")
async def download(request: Request, claims: CurrentClaims, task_id: TaskId) -> dict[str, Any]:
    """The invoices that were read so far."""
    return {"task_id": task_id, "invoices": invoice_tasks.invoices(await _found(request, claims.user, task_id))}


@router.get("/validation/{task_id}")
async def validation(request: Request, claims: CurrentClaims, task_id: TaskId) -> dict[str, Any]:
    """What is wrong with each of them, seen beside the others."""
    read = invoice_tasks.to_check(await _found(request, claims.user, task_id))
    today = datetime.now(UTC).date().isoformat()
    return (await answers.run(request, "check_invoices", invoices=read, today=today)).facts


@router.get("/anomalies/{task_id}")
async def anomalies(request: Request, claims: CurrentClaims, task_id: TaskId) -> dict[str, Any]:
    """What stands out among them."""
    read = invoice_tasks.entries(await _found(request, claims.user, task_id))
    return (await answers.run(request, "find_anomalies", entries=read)).facts


@router.get("/check-task/{task_id}")
async def check_task(request: Request, claims: CurrentClaims, task_id: TaskId) -> dict[str, Any]:
    """The task with each file's state, attempts, seconds, and why it was not read if it was not."""
    return invoice_tasks.described(await _found(request, claims.user, task_id))
