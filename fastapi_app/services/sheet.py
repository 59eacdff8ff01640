"""A sheet of paper on a photograph: where its four corners lie.

Looked for on a small copy with the writing closed away: straight edges (by Hough's transform), and of every convex
quadrilateral that they make the one whose sides are seen best, paper within and something darker without. Corners are
(x, y) of pixel centres, clockwise from the top left.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from fastapi_app.services.pixels import Pixels, small_copy
from fastapi_app.services.raster import Matrix

LONGEST = 400  # pixels of the copy
WRITING = 0.025  # of its longer side: what is dark and narrower
LINES = 14
TOO_NEAR = (8.0, np.deg2rad(8))  # pixels and radians: lines that differ by less in both are one
SAMPLES = np.linspace(0.06, 0.94, 48)  # of a side
NEAR = 4.0  # pixels off a side, where within and without are compared
FAINTEST = 6.0  # levels between the two, at least,
FAINT = 0.08  # and of what is within
OVERHANG = 0.02  # of the diagonal: how far a corner may lie off the photograph
SMALLEST = 0.1  # of the photograph
DARKER = 0.8  # of the sheet's brightness: what lies around it,
BRIGHT = 0.3  # but for this share
CONFIDENT = 0.85


@dataclass(frozen=True, eq=False)
class Sheet:
    """corners: float64 (4, 2). confidence: the share of its worst side along which paper ends, 0 to 1. area: its share
    of the photograph."""

    corners: Matrix
    confidence: float
    area: float


def find(gray: Pixels) -> Sheet | None:
    """The sheet on a photograph, or None where nothing looks like one: on most scans. A few milliseconds."""
    if min(gray.shape) < 64:
        return None
    small = small_copy(gray, LONGEST)
    paper = _without_writing(small)
    quads = _quads(_lines(paper), paper.shape)
    if not len(quads):
        return None
    seen = _seen(quads, paper)
    areas = area(quads) / paper.size
    best = int((seen * np.sqrt(areas)).argmax())
    if seen[best] == 0 or not _stands_out(quads[best], paper):
        return None
    scale = np.array([gray.shape[1] / paper.shape[1], gray.shape[0] / paper.shape[0]])
    corners = (_refined(quads[best], small) + 0.5) * scale - 0.5
    return Sheet(corners, round(float(seen[best]), 3), round(float(areas[best]), 3))


def clockwise(corners: Matrix) -> Matrix:
    """(…, 4, 2): the four points in order, from the one that is nearest to the top left."""
    spokes = corners - corners.mean(axis=-2, keepdims=True)
    ordered = _taken(corners, np.argsort(np.arctan2(spokes[..., 1], spokes[..., 0]), axis=-1))
    first = np.asarray(ordered.sum(axis=-1).argmin(axis=-1))
    return _taken(ordered, (first[..., None] + np.arange(4)) % 4)


def _taken(corners: Matrix, order: Matrix) -> Matrix:
    return np.take_along_axis(corners, order[..., None], axis=-2)


def area(corners: Matrix) -> Matrix:
    """Of quadrilaterals (…, 4, 2); negative where the corners go round counter-clockwise, as seen."""
    x, y = corners[..., 0], corners[..., 1]
    return np.asarray((x * np.roll(y, -1, axis=-1) - y * np.roll(x, -1, axis=-1)).sum(axis=-1) / 2)


def is_convex(corners: Matrix) -> Matrix:
    """Of quadrilaterals (…, 4, 2): clockwise, every corner a turn to the right."""
    side = np.roll(corners, -1, axis=-2) - corners
    following = np.roll(side, -1, axis=-2)
    bend = side[..., 0] * following[..., 1] - side[..., 1] * following[..., 0]
    return np.asarray((bend > 0).all(axis=-1))


def _without_writing(small: Pixels) -> Pixels:
    size = max(3, round(WRITING * max(small.shape)) | 1)
    return cv2.medianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8)), 5)


def _lines(paper: Pixels) -> Matrix:
    """The clearest straight edges, (n, 2): rho and theta as Hough has them, no two nearly the same."""
    soft = cv2.GaussianBlur(paper, (0, 0), 1.0)
    across, down = cv2.Sobel(soft, cv2.CV_16S, 1, 0), cv2.Sobel(soft, cv2.CV_16S, 0, 1)
    edges = cv2.Canny(across, down, 30, 60, L2gradient=True)
    found = cv2.HoughLines(edges, 1, np.pi / 180, round(0.15 * max(paper.shape)))
    kept: list[tuple[float, float]] = []
    for rho, theta in [] if found is None else found[:400, 0].tolist():
        if len(kept) < LINES and not any(_same((rho, theta), line) for line in kept):
            kept.append((rho, theta))
    return np.array(kept).reshape(-1, 2)


def _same(one: tuple[float, float], other: tuple[float, float]) -> bool:
    far, wide = TOO_NEAR
    turn = abs(one[1] - other[1])
    if turn < wide:
        return abs(one[0] - other[0]) < far
    return np.pi - turn < wide and abs(one[0] + other[0]) < far


def _quads(lines: Matrix, shape: tuple[int, ...]) -> Matrix:
    """Every convex quadrilateral (n, 4, 2) of two lines and two across that lies on the copy and is large enough."""
    across = _turn(lines[:, 1], lines[:1, 1]) >= np.pi / 4
    meet = _meetings(lines[~across], lines[across])
    one, two = _pairs(len(meet))
    three, four = _pairs(meet.shape[1])
    (a, b), (c, d) = (np.repeat([one, two], len(three), axis=1), np.tile([three, four], len(one)))
    quads = clockwise(np.stack([meet[a, c], meet[a, d], meet[b, d], meet[b, c]], axis=1))
    size = np.array([shape[1], shape[0]]) - 1
    slack = OVERHANG * float(np.hypot(shape[0], shape[1]))
    fits = ((quads >= -slack) & (quads <= size + slack)).all(axis=(1, 2))
    return quads[fits & is_convex(quads) & (area(quads) >= SMALLEST * shape[0] * shape[1])]


def _pairs(count: int) -> Matrix:
    return np.array(np.triu_indices(count, 1))


def _turn(one: Matrix, other: Matrix) -> Matrix:
    """The angles between lines, 0 to a right one."""
    return np.abs((one - other + np.pi / 2) % np.pi - np.pi / 2)


def _meetings(along: Matrix, across: Matrix) -> Matrix:
    """(n, m, 2): where each of n lines meets each of m; far away if they are nearly parallel."""
    (r, s), (t, u) = along.T[:, :, None], across.T[:, None, :]
    turn = np.sin(u - s)
    far = np.abs(turn) < 0.3
    turn = np.where(far, 1.0, turn)
    x = (r * np.sin(u) - t * np.sin(s)) / turn
    y = (t * np.cos(s) - r * np.cos(u)) / turn
    return np.where(far[..., None], -1e6, np.stack([x, y], axis=-1))


def _sides(quads: Matrix, samples: Matrix = SAMPLES) -> tuple[Matrix, Matrix]:
    """Points (…, 4, n, 2) along the sides of quadrilaterals (…, 4, 2), and the unit normals that point within."""
    along = np.roll(quads, -1, axis=-2) - quads
    length = np.linalg.norm(along, axis=-1, keepdims=True)
    inward = np.stack([-along[..., 1], along[..., 0]], axis=-1) / np.maximum(length, 1e-9)
    points = quads[..., None, :] + along[..., None, :] * samples[:, None]
    return points, inward[..., None, :]


def _seen(quads: Matrix, paper: Pixels) -> Matrix:
    """Of each quadrilateral the share of its worst side that has brighter paper within."""
    soft = cv2.GaussianBlur(paper, (0, 0), 1.5).astype(np.float32)
    points, inward = _sides(quads)
    within, without = points + NEAR * inward, points - NEAR * inward
    bright = _at(soft, within)
    steps = bright - _at(soft, without) > np.maximum(FAINTEST, FAINT * bright)
    is_there = (without >= 0).all(axis=-1) & (without <= np.array(paper.shape[::-1]) - 1).all(axis=-1)
    share: Matrix = (steps & is_there).mean(axis=-1).min(axis=-1)
    return share


def _at(image: Matrix, points: Matrix) -> Matrix:
    height, width = image.shape
    x, y = np.rint(points[..., 0]).astype(np.int32), np.rint(points[..., 1]).astype(np.int32)
    return np.asarray(image[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)])


def _stands_out(quad: Matrix, paper: Pixels) -> bool:
    """False for a frame that is printed on the paper: much of what lies around it is as bright as what lies within."""
    inside = np.zeros(paper.shape, np.uint8)
    cv2.fillConvexPoly(inside, np.rint(quad).astype(np.int32), 1)
    around = paper[inside == 0]
    usual = float(np.median(paper[inside == 1]))
    return bool(len(around)) and float((around > DARKER * usual).mean()) < BRIGHT


def _refined(quad: Matrix, small: Pixels) -> Matrix:
    """Each side laid through the steepest points near it, and the corners where the sides then meet."""
    soft = cv2.GaussianBlur(small, (0, 0), 1.0).astype(np.float32)
    points, inward = _sides(quad)
    reach = np.arange(-5.0, 5.5, 0.5)
    across = _between_pixels(soft, points[..., None, :] + reach[:, None] * inward[..., None, :])
    steepest = np.gradient(across, axis=-1).argmax(axis=-1)
    edge = points + reach[steepest][..., None] * inward
    lines = [cv2.fitLine(side.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01).ravel() for side in edge]
    refined = np.array([_meet(lines[number - 1], lines[number]) for number in range(4)])
    moved = np.linalg.norm(refined - quad, axis=1).max()
    return refined if moved < 3 * NEAR else quad


def _between_pixels(image: Matrix, points: Matrix) -> Matrix:
    x, y = np.moveaxis(points.reshape(len(points), -1, 2).astype(np.float32), -1, 0)
    taken = cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(taken).reshape(points.shape[:-1])


def _meet(one: Matrix, other: Matrix) -> Matrix:
    """Where two lines (direction x, y, point x, y) meet."""
    normals = np.array([[-line[1], line[0]] for line in (one, other)], np.float64)
    offsets = np.array([normal @ line[2:] for normal, line in zip(normals, (one, other), strict=True)])
    if abs(np.linalg.det(normals)) < 1e-6:
        return np.full(2, 1e9)
    return np.linalg.solve(normals, offsets)
