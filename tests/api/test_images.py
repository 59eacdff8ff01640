"""The seven image endpoints, as the contract has them."""

import base64
import json

import cv2
import numpy as np
import pytest

from tests.api.service import Service, decoded, encoded, text_page

STEPS = ["perspective", "orient", "border", "denoise", "deskew", "crop", "shade", "enhance", "binarize"]
NEEDED = ["deskew", "binarize"]  # by the look of the page of these tests


@pytest.mark.parametrize("operation", ["binarize", "denoise", "deskew", "enhance", "auto-process"])
def test_it_works(service: Service, page: bytes, operation: str) -> None:
    answer = service.post(f"/api/images/{operation}", page)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    assert decoded(answer.content) is not None
    recipe = json.loads(answer.headers["x-recipe"])
    assert [step["step"] for step in recipe["steps"]] == (NEEDED if operation == "auto-process" else [operation])
    for name in [step["step"] for step in recipe["steps"]]:
        assert f"{name};dur=" in answer.headers["server-timing"]
    assert float(answer.headers["x-process-time"]) > 0
    assert float(answer.headers["x-skew-angle"]) == pytest.approx(
        3.0 if operation in ("deskew", "auto-process") else 0, abs=0.3
    )


def test_binarized_page_has_one_bit_a_pixel(service: Service, page: bytes) -> None:
    answer = service.post("/api/images/binarize", page)
    assert answer.content[24] == 1  # bit depth in the PNG header
    assert set(np.unique(decoded(answer.content))) == {0, 255}


@pytest.mark.parametrize("operation", ["binarize", "denoise", "enhance"])
def test_pixel_grid_is_kept(service: Service, page: bytes, operation: str) -> None:
    answer = service.post(f"/api/images/{operation}", page)
    assert decoded(answer.content).shape[:2] == (700, 900)


def test_colour_survives_what_does_not_need_gray(service: Service, page: bytes) -> None:
    assert decoded(service.post("/api/images/deskew", page).content).ndim == 3


def test_manual_threshold(service: Service) -> None:
    gradient = np.tile(np.arange(256, dtype=np.uint8), (64, 1))
    answer = service.post("/api/images/binarize", encoded(gradient), method="manual", threshold=100)
    assert (decoded(answer.content) == 0).mean() == pytest.approx(100 / 256, abs=0.01)


@pytest.mark.parametrize(
    ("output_format", "media_type", "magic"),
    [
        ("png", "image/png", b"\x89PNG"),
        ("jpeg", "image/jpeg", b"\xff\xd8\xff"),
        ("webp", "image/webp", b"RIFF"),
        ("tiff", "image/tiff", b"II*\0"),
    ],
)
def test_output_formats(service: Service, page: bytes, output_format: str, media_type: str, magic: bytes) -> None:
    answer = service.post("/api/images/binarize", page, output_format=output_format)
    assert answer.headers["content-type"] == media_type
    assert answer.content.startswith(magic)


def test_json_answer(service: Service, page: bytes) -> None:
    answer = service.post("/api/images/auto-process", page, name="../Folio 1r.png", return_json="true").json()

    assert answer["status"] == "success"
    assert answer["original_filename"] == "Folio 1r.png"
    assert answer["original_size"] == {"width": 900, "height": 700, "channels": 3}
    processing = answer["processing"]
    assert processing["skew_angle"] == pytest.approx(3.0, abs=0.3)
    assert np.array(processing["matrix"]).shape == (3, 3)
    assert [step["name"] for step in processing["steps"]] == NEEDED
    assert all(step["seconds"] >= 0 for step in processing["steps"])
    assert processing["recipe"]["steps"][1]["step"] == "binarize"
    assert processing["seconds"] > 0
    output = answer["output"]
    image = base64.b64decode(output["image_base64"])
    assert output["size_bytes"] == len(image)
    assert decoded(image).shape == (output["height"], output["width"])
    assert output["format"] == "png"


def test_same_request_same_bytes(service: Service, page: bytes) -> None:
    first, second = (service.post("/api/images/auto-process", page).content for _ in range(2))
    assert first == second


def test_steps_can_be_switched(service: Service, page: bytes) -> None:
    answer = service.post("/api/images/auto-process", page, deskew="false", enhance="false", clip_limit=3)
    steps = json.loads(answer.headers["x-recipe"])["steps"]
    assert [step["step"] for step in steps] == [name for name in NEEDED if name != "deskew"]
    assert float(answer.headers["x-skew-angle"]) == 0


def test_a_look_at_the_page_says_why(service: Service, page: bytes) -> None:
    recipe = json.loads(service.post("/api/images/auto-process", page).headers["x-recipe"])
    assert recipe["preset"] == "auto"
    assert len(recipe["why"]) == len(NEEDED)


def test_a_preset_is_what_was_asked_for(service: Service, page: bytes) -> None:
    recipe = json.loads(service.post("/api/images/auto-process", page, preset="manuscript").headers["x-recipe"])
    assert [step["step"] for step in recipe["steps"]] == ["deskew", "shade", "binarize"]


def test_recipe(service: Service, page: bytes) -> None:
    recipe = {"steps": [{"step": "deskew", "max_angle": 1.0}]}
    answer = service.post("/api/images/auto-process", page, recipe=json.dumps(recipe))
    assert json.loads(answer.headers["x-recipe"])["steps"] == [{"step": "deskew", "max_angle": 1.0, "min_angle": 0.0}]


def test_founding_field_name(service: Service, page: bytes) -> None:
    answer = service.http.post("/api/images/binarize", files={"image": ("p.png", page)}, headers=service.headers())
    assert answer.status_code == 200


def test_stored_file_of_the_token(service: Service, page: bytes) -> None:
    (service.media / "documents").mkdir(exist_ok=True)
    (service.media / "documents" / "a.png").write_bytes(page)
    answer = service.http.post("/api/images/deskew", headers=service.headers(file="documents/a.png"))
    assert answer.status_code == 200
    assert 'filename="a.png"' in answer.headers["content-disposition"]


def test_frame_of_the_token(service: Service) -> None:
    frames = [np.full((40, 60 + 10 * number), 200, np.uint8) for number in range(3)]
    cv2.imwritemulti(str(service.media / "three.tiff"), frames)
    answer = service.http.post("/api/images/denoise", headers=service.headers(file="three.tiff", frame=2))
    assert decoded(answer.content).shape[:2] == (40, 80)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ('a"; x="\r\nSet-Cookie: a=b.jpg', "inline; filename="),
        ("../../etc/passwd", 'filename="passwd.png"'),
        ("דף א.jpg", "filename*=UTF-8''%D7%93%D7%A3%20%D7%90.png"),
        ("...", 'filename="page.png"'),
    ],
)
def test_file_name_is_harmless(service: Service, page: bytes, name: str, expected: str) -> None:
    answer = service.post("/api/images/denoise", page, name=name)
    assert answer.status_code == 200
    assert expected in answer.headers["content-disposition"]
    assert "set-cookie" not in answer.headers
    assert answer.headers["content-disposition"].count('"') == 2


def test_info(service: Service) -> None:
    info = service.http.get("/api/images/info", headers=service.headers()).json()
    assert [operation["name"] for operation in info["operations"]] == STEPS
    assert info["schema"]["properties"]["steps"]
    assert "eng" in info["languages"]
    assert info["limits"]["max_pixels"] == 120_000_000
    assert "manuscript" in [preset["name"] for preset in info["presets"]]


def test_info_needs_a_token(service: Service) -> None:
    assert service.http.get("/api/images/info").status_code == 401


def test_health_needs_none(service: Service) -> None:
    assert service.http.get("/api/images/health").json()["status"] == "ok"


@pytest.mark.parametrize(
    ("operation", "query"),
    [
        ("binarize", {"method": "magic"}),
        ("binarize", {"method": "manual", "threshold": 256}),
        ("denoise", {"strength": 31}),
        ("denoise", {"strength": "strong"}),
        ("deskew", {"max_angle": 90}),
        ("enhance", {"clip_limit": 5}),
        ("enhance", {"clip_limit": "nan"}),
        ("auto-process", {"strength": 0}),
        ("auto-process", {"sharpen": "true"}),
        ("auto-process", {"recipe": "{"}),
        ("auto-process", {"recipe": '{"steps": [{"step": "sharpen"}]}'}),
        ("auto-process", {"output_format": "gif"}),
    ],
)
def test_bad_parameter(service: Service, operation: str, query: dict[str, str]) -> None:
    answer = service.post(f"/api/images/{operation}", text_page(60, 40), **query)
    problem = answer.json()
    assert answer.status_code == 422
    assert problem["code"] in ("bad_parameter", "bad_recipe")
    assert problem["errors"][0].keys() >= {"loc", "msg"}
