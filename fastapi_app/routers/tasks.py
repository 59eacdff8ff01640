"""Reading images that come as JSON: at once, or as a task that is asked for, watched and cancelled."""

from dataclasses import asdict
from functools import partial
from typing import Annotated, Any

import anyio
import anyio.to_thread
from fastapi import APIRouter, Header, Query, Request, WebSocket
from pydantic import BaseModel

from fastapi_app.auth import Claims, CurrentClaims
from fastapi_app.batches import BODY, Batch, CurrentBatch
from fastapi_app.errors import QueueUnavailable, ServiceError
from fastapi_app.events import Listener, Streams
from fastapi_app.files import Source
from fastapi_app.orders import Order, Slot, Task
from fastapi_app.presence import while_connected
from fastapi_app.queue import Tasks
from fastapi_app.routers import sockets
from fastapi_app.routers.answers import PROBLEMS
from fastapi_app.routers.ocr import codes, reader
from fastapi_app.services.errors import EngineError

router = APIRouter(tags=["tasks"])

LOOK_SECONDS = 5.0  # a watcher asks so often, should an event be lost
ONCE: dict[int | str, dict[str, Any]] = {
    409: {"description": "The first request with this Idempotency-Key is still running"}
}
NO_TASK: dict[int | str, dict[str, Any]] = PROBLEMS | {404: {**PROBLEMS[404], "description": "No task of yours"}}


class Read(BaseModel):
    """A text, or for a list one slot each: a text or `{"error": {"code", "detail"}}`."""

    result: str | list[str | Slot]


class Ordered(BaseModel):
    task_id: str


class Facts(BaseModel):
    """`status`: queued, running, completed, failed, cancelled. `progress` in images: `{"done", "total", "percent"}`."""

    task_id: str
    status: str
    progress: dict[str, int]
    result: str | list[str | Slot] | None
    error: dict[str, str] | None


TaskId = Annotated[str, Query(max_length=100)]
Key = Annotated[str | None, Header(max_length=200, alias="Idempotency-Key")]


@router.post("/api/image-sync", responses=PROBLEMS, openapi_extra=BODY)
@router.post("/image-sync", include_in_schema=False)
async def image_sync(request: Request, batch: CurrentBatch) -> Read:
    """The texts of the images, in the answer."""
    texts = await while_connected(request, _texts(request, batch))
    return Read(result=texts if batch.many else texts[0])


async def _texts(request: Request, batch: Batch) -> list[Any]:
    """In a list one bad image spoils its slot alone; by itself it is refused."""
    texts: list[Any] = []
    for image in batch.images:
        try:
            texts.append(await _text(request, image, codes(batch.languages)))
        except (EngineError, ServiceError) as error:
            if not batch.many or (isinstance(error, ServiceError) and not isinstance(image, ServiceError)):
                raise
            texts.append(_slot(error))
    return texts


async def _text(request: Request, image: Source | ServiceError, languages: list[str]) -> str:
    if isinstance(image, ServiceError):
        raise image
    event = await reader(request, image, {"languages": languages}).written("text")
    return event.data.decode().rstrip("\n")


def _slot(error: EngineError | ServiceError) -> Slot:
    return {"error": {"code": error.code, "detail": str(error)}}


@router.post("/api/image", status_code=202, responses=PROBLEMS | ONCE, openapi_extra=BODY)
@router.post("/image", status_code=202, include_in_schema=False)
async def order(request: Request, claims: CurrentClaims, batch: CurrentBatch, key: Key = None) -> Ordered:
    """The same by a worker: the answer names a task, whose outcome is kept for a day."""
    languages = tuple(codes(batch.languages))
    wanted = Order(claims.user, len(batch.images), batch.many, languages, request.state.request_id)
    act = partial(_order, request.app.state.tasks, wanted, batch, key)
    return Ordered(task_id=await anyio.to_thread.run_sync(act, limiter=request.app.state.bodies))


def _order(tasks: Tasks, wanted: Order, batch: Batch, key: str | None) -> str:
    images = [_slot(each) if isinstance(each, ServiceError) else each.path for each in batch.images]
    return tasks.order(wanted, images, key=key, digest=batch.digest)


@router.get("/api/image", responses=NO_TASK)
@router.get("/image", include_in_schema=False)
async def look(request: Request, claims: CurrentClaims, task_id: TaskId) -> Facts:
    """How far a task is, and its result."""
    tasks: Tasks = request.app.state.tasks
    return _facts(await anyio.to_thread.run_sync(tasks.look, task_id, claims.user))


@router.delete("/api/image", responses=NO_TASK)
@router.delete("/image", include_in_schema=False)
async def cancel(request: Request, claims: CurrentClaims, task_id: TaskId) -> Facts:
    """Cancels a task; one that is over stays as it is."""
    tasks: Tasks = request.app.state.tasks
    return _facts(await anyio.to_thread.run_sync(tasks.cancel, task_id, claims.user))


def _facts(task: Task) -> Facts:
    return Facts(**asdict(task))


@router.websocket("/ws/watch-task")
@router.websocket("/watch-task")
async def watch(socket: WebSocket) -> None:
    """The task's state at once and on every change, then its result and a normal close."""
    await sockets.hold(socket, _watch, seats=socket.app.state.seats)


async def _watch(socket: WebSocket, claims: Claims) -> None:
    tasks: Tasks = socket.app.state.tasks
    streams: Streams = socket.app.state.streams
    look_now = partial(anyio.to_thread.run_sync, tasks.look, socket.query_params.get("task_id", ""), claims.user)
    async with streams.listen(claims.user) as listener:
        task: Task = await look_now()
        await sockets.accept(socket)
        async with sockets.while_valid(socket, claims), anyio.create_task_group() as group:
            group.start_soon(_until_gone, socket, group.cancel_scope)
            await _show(socket, task, listener, look_now)
            group.cancel_scope.cancel()


async def _show(socket: WebSocket, task: Task, listener: Listener, look_now: Any) -> None:
    said: dict[str, Any] | None = None
    while True:
        facts = _facts(task).model_dump()
        state = {"type": "status", "status": task.status, "progress": facts["progress"]}
        if state != said:
            await sockets.say(socket, state)
            said = state
        if task.is_over:
            await sockets.say(socket, {"type": "result", **facts})
            await sockets.close(socket, 1000, "")
            return
        await listener.news(LOOK_SECONDS)
        try:
            task = await look_now()
        except QueueUnavailable:
            continue  # Redis will be back, and the task with it


async def _until_gone(socket: WebSocket, scope: anyio.CancelScope) -> None:
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
    scope.cancel()
