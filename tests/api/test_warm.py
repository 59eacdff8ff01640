"""What the fork server has ready: in a child, an import costs as much as cleaning a small page."""

import io
import subprocess
import sys
from pathlib import Path

from PIL import Image

from samples import ENGLISH, draw

FIRST_RUN = """
import sys
from pathlib import Path
from fastapi_app import warm, work
from fastapi_app.services.raster import Limits
ready = set(sys.modules)
for facts, image in work.process(sys.argv[1], 0, "", limits=Limits(), recipe=None):
    pass
assert facts["type"] == "complete"
print(*sorted(set(sys.modules) - ready))
"""


def test_first_photograph_imports_nothing(tmp_path: Path) -> None:
    path = tmp_path / "page.jpg"
    path.write_bytes(_with_exif())
    run = [sys.executable, "-c", FIRST_RUN, str(path)]
    assert subprocess.run(run, capture_output=True, text=True, check=True).stdout.split() == []


def _with_exif() -> bytes:
    exif = Image.Exif()
    exif[0x0112], exif[0x011A] = 6, 300.0
    photograph = io.BytesIO()
    Image.fromarray(draw(ENGLISH, width=600, height=800)).convert("RGB").save(photograph, "JPEG", exif=exif)
    return photograph.getvalue()
