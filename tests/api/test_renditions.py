"""What Django asks for: facts of a file, thumbnails, tiles."""

import io
import tarfile

import cv2
import numpy as np
import pytest

from tests.api.service import Service, decoded, encoded, text_page


def test_inspect(service: Service) -> None:
    answer = service.post("/api/renditions/inspect", text_page(300, 200))
    assert answer.json() == {"format": "png", "frames": [{"width": 300, "height": 200, "dpi": None}]}


def test_inspect_stored_file_of_many_pages(service: Service) -> None:
    cv2.imwritemulti(str(service.media / "many.tiff"), [np.zeros((30, 20 + n), np.uint8) for n in range(3)])
    answer = service.http.post("/api/renditions/inspect", headers=service.headers(file="many.tiff"))
    assert [frame["width"] for frame in answer.json()["frames"]] == [20, 21, 22]


def test_thumbnail(service: Service) -> None:
    answer = service.post("/api/renditions/thumbnail", text_page(1000, 500), longest=200)
    assert answer.headers["content-type"] == "image/jpeg"
    assert decoded(answer.content).shape[:2] == (100, 200)


def test_tiles(service: Service) -> None:
    answer = service.post("/api/renditions/tiles", encoded(np.full((700, 1100), 255, np.uint8)))
    assert answer.headers["content-type"] == "application/x-tar"
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as tar:
        names = tar.getnames()
        tile = tar.extractfile("page_files/11/0_0.jpg")
        assert tile is not None
        assert decoded(tile.read()).shape[:2] == (513, 513)
    assert "page.dzi" in names
    assert {"page_files/0/0_0.jpg", "page_files/11/2_1.jpg"} <= set(names)


@pytest.mark.parametrize("path", ["inspect", "thumbnail", "tiles"])
def test_who_may_not_and_bad_input(service: Service, path: str) -> None:
    url = f"/api/renditions/{path}"
    assert service.http.post(url, files={"file": text_page(60, 40)}).status_code == 401
    assert service.post(url, b"no image").status_code == 415
    assert service.post(url).status_code == 422
    assert service.http.post(url, headers=service.headers(file="gone.png")).status_code == 404


def test_thumbnail_size(service: Service) -> None:
    assert service.post("/api/renditions/thumbnail", text_page(60, 40), longest=1).status_code == 422


def test_text_of_a_page(service: Service) -> None:
    (service.media / "page.png").write_bytes(text_page(100, 50))
    layout = {"width": 100, "height": 50, "languages": [], "engine": "", "confidence": 0, "regions": []}
    headers = service.headers(file="page.png")
    answer = service.http.post("/api/renditions/text?format=pdf&filename=a.png", headers=headers, json=layout)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert 'filename="a.pdf"' in answer.headers["content-disposition"]
    refused = service.http.post("/api/renditions/text?format=docx", headers=headers, json=layout)
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_parameter")
    assert service.http.post("/api/renditions/text?format=pdf", headers=headers, json={}).status_code == 422
    assert service.http.post("/api/renditions/text?format=pdf", json=layout).status_code == 401
