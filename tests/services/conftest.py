from collections.abc import Iterator

import cv2
import pytest


@pytest.fixture
def allowed(request: pytest.FixtureRequest) -> Iterator[int]:
    """How many threads OpenCV may use; three, or the parameter."""
    before, count = cv2.getNumThreads(), getattr(request, "param", 3)
    cv2.setNumThreads(count)
    yield count
    cv2.setNumThreads(before)
