"""Endless variations of known pages: faded, soiled, written anew on other paper, drawn.

Half of what the network sees are pages of the training set, more or less faded and soiled; a quarter bears the writing
of one page on the paper of another; the rest is drawn: writing on paper and papyrus, and modern forms.
"""

from collections.abc import Iterator

import cv2
import numpy as np

from fastapi_app.services.learned import planes
from fastapi_app.services.pixels import Pixels
from training.pages import Pair, contrast_of
from training.paper import clouds, sheet, soiled

WINDOW = 1100  # pixels: the largest piece of a page that is varied at once
CROP = 320
CROPS = 10  # that are cut from one window
HERSHEY = (cv2.FONT_HERSHEY_SCRIPT_COMPLEX, cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, cv2.FONT_HERSHEY_COMPLEX,
           cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_TRIPLEX, cv2.FONT_ITALIC)  # fmt: skip


class Variations:
    """Windows of pages, each time different; deterministic for a seed."""

    def __init__(self, known: list[Pair], seed: int) -> None:
        self.known = known
        self.chance = np.random.default_rng(seed)

    def crops(self) -> Iterator[tuple[Pixels, Pixels]]:
        """Endless ((3, CROP, CROP) planes, (CROP, CROP) ink of 0 or 255), uint8."""
        while True:
            gray, truth = self.window()
            seen = planes(gray)
            height, width = truth.shape
            for _ in range(CROPS):
                y = int(self.chance.integers(0, height - CROP + 1))
                x = int(self.chance.integers(0, width - CROP + 1))
                ink = truth[y : y + CROP, x : x + CROP]
                if ink.any() or self.chance.random() < 0.3:
                    yield seen[:, y : y + CROP, x : x + CROP], ink

    def window(self) -> tuple[Pixels, Pixels]:
        """A varied piece of a page, gray, and its ink, 0 or 255; both uint8."""
        kind = self.chance.random()
        if kind < 0.47:
            gray, ink = self._photographed()
        elif kind < 0.7:
            gray, ink = self._rewritten()
        elif kind < 0.9:
            gray, ink = self._drawn()
        else:
            gray, ink = self._printed()
        return self._taken(gray), ink

    def _photographed(self) -> tuple[Pixels, Pixels]:
        """A real page, its ink sometimes fainter, sometimes more soiled."""
        chance = self.chance
        page, paper, ink = self._piece(self._any())
        if chance.random() < 0.5:
            page = paper + (page - paper) * chance.uniform(0.25, 1.15)
        if chance.random() < 0.3:
            page = self._shown_through(page, contrast_of(page, paper, ink))
        if chance.random() < 0.45:
            page = soiled(chance, page)
        return page, ink

    def _rewritten(self) -> tuple[Pixels, Pixels]:
        """The ink of one page on the paper of another."""
        _, paper, _ = self._piece(self._any())
        return self._written(paper, soil=0.5)

    def _drawn(self) -> tuple[Pixels, Pixels]:
        """Ink on drawn paper."""
        shape = (int(self.chance.integers(500, 1000)), int(self.chance.integers(500, 1000)))
        return self._written(sheet(self.chance, shape), soil=0.9)

    def _printed(self) -> tuple[Pixels, Pixels]:
        """A modern form: small type, lines and bars that are ink too, on clean paper."""
        chance = self.chance
        shape = (int(chance.integers(400, 900)), int(chance.integers(400, 900)))
        layer = cv2.max(self._set_in_type(shape, 2 ** chance.uniform(-1.3, 0.3)), self._lines(shape))
        cover = layer.astype(np.float32) / 255 * chance.uniform(0.55, 1)
        paper = chance.uniform(215, 255) + chance.uniform(0, 3) * clouds(chance, shape, chance.uniform(2, 200))
        if chance.random() < 0.3:
            paper = soiled(chance, paper)
        return paper * (1 - cover), cv2.threshold(layer, 105, 255, cv2.THRESH_BINARY)[1]

    def _lines(self, shape: tuple[int, int]) -> Pixels:
        """Rules, boxes and black bars with white type in them."""
        chance, (height, width) = self.chance, shape
        layer = np.zeros(shape, np.uint8)
        for _ in range(chance.integers(2, 16)):
            x, y = int(chance.integers(-50, width)), int(chance.integers(-50, height))
            far = (x + int(chance.integers(20, width)), y + int(chance.integers(0, 120)) * int(chance.random() < 0.6))
            cv2.rectangle(layer, (x, y), far, 255, int(chance.integers(1, 4)))
        for _ in range(chance.integers(0, 3)):
            x, y = int(chance.integers(0, width)), int(chance.integers(0, height))
            cv2.rectangle(layer, (x, y), (x + int(chance.integers(40, 400)), y + 24), 255, cv2.FILLED)
            cv2.putText(layer, "Part II Name", (x + 6, y + 17), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 0, 1, cv2.LINE_AA)
        return layer

    def _written(self, paper: Pixels, soil: float) -> tuple[Pixels, Pixels]:
        """Writing on paper that may bear the writing of its other side, and be soiled."""
        chance = self.chance
        contrast = float(np.clip(chance.beta(2.2, 1.6), 0.12, 0.95))
        ink = self._ink(paper.shape)
        if chance.random() < 0.3:
            ink = self._partly(ink)
        if chance.random() < 0.55:
            paper = self._shown_through(paper, contrast)
        if chance.random() < soil:
            paper = soiled(chance, paper)
        return self._inked(paper, ink, contrast), ink

    def _partly(self, ink: Pixels) -> Pixels:
        """Writing on one part of the page only."""
        height, width = ink.shape
        kept = np.zeros_like(ink)
        (top, bottom), (left, right) = (np.sort(self.chance.uniform(-0.3, 1.3, 2)) for _ in range(2))
        rows = slice(max(0, int(top * height)), max(0, int(bottom * height)))
        columns = slice(max(0, int(left * width)), max(0, int(right * width)))
        kept[rows, columns] = ink[rows, columns]
        return kept

    def _any(self) -> Pair:
        return self.known[int(self.chance.integers(len(self.known)))]

    def _piece(self, pair: Pair) -> tuple[Pixels, Pixels, Pixels]:
        """Gray page, gray paper (float32) and ink of a window, turned, mirrored and scaled."""
        chance = self.chance
        scale = 2 ** chance.uniform(-0.9, 0.75)
        height, width = pair.ink.shape
        out_height, out_width = (int(min(max(side * scale, CROP), WINDOW)) for side in (height, width))
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), chance.normal(0, 4), scale)
        slack_x, slack_y = max(0.0, width * scale - out_width) / 2, max(0.0, height * scale - out_height) / 2
        turn[0, 2] += out_width / 2 - width / 2 + chance.uniform(-slack_x, slack_x)
        turn[1, 2] += out_height / 2 - height / 2 + chance.uniform(-slack_y, slack_y)
        weights = self._weights()
        size = (out_width, out_height)
        page, paper, ink = (self._moved(each, turn, size, scale) for each in (pair.page, pair.paper, pair.ink))
        flip = int(chance.choice(4, p=(0.62, 0.05, 0.05, 0.28)))
        grays = [cv2.transform(each, weights).astype(np.float32) for each in (page, paper)]
        marked = cv2.threshold(ink, 127, 255, cv2.THRESH_BINARY)[1]
        return self._turned(grays[0], flip), self._turned(grays[1], flip), self._turned(marked, flip)

    def _moved(self, layer: Pixels, turn: Pixels, size: tuple[int, int], scale: float) -> Pixels:
        if scale < 1:  # what is made smaller is averaged first
            layer = cv2.GaussianBlur(layer, (0, 0), 0.45 / scale)
        return cv2.warpAffine(layer, turn, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)

    def _weights(self) -> Pixels:
        """Gray from colour: as the eye weighs it, or any other way."""
        usual = np.array([[0.114, 0.587, 0.299]], np.float32)
        if self.chance.random() < 0.5:
            return usual
        return self.chance.dirichlet([1.5, 1.5, 1.5]).astype(np.float32)[None, :]

    @staticmethod
    def _turned(layer: Pixels, flip: int) -> Pixels:
        """Upside down as often as not; rarely mirrored, as a mirrored slant tells the writing of the other side."""
        if flip & 1:
            layer = layer[:, ::-1]
        if flip & 2:
            layer = layer[::-1]
        return np.ascontiguousarray(layer)

    def _ink(self, shape: tuple[int, int]) -> Pixels:
        """0 or 255: handwriting and print of known pages, or lines set in type."""
        if self.chance.random() < 0.25:
            return self._typeset(shape)
        _, _, ink = self._piece(self._any())
        tiled = np.tile(ink, (-(-shape[0] // ink.shape[0]), -(-shape[1] // ink.shape[1])))
        return np.ascontiguousarray(tiled[: shape[0], : shape[1]])

    def _typeset(self, shape: tuple[int, int]) -> Pixels:
        layer = self._set_in_type(shape, 2 ** self.chance.uniform(-1, 2.3))
        return cv2.threshold(layer, 127, 255, cv2.THRESH_BINARY)[1]

    def _set_in_type(self, shape: tuple[int, int], size: float) -> Pixels:
        """Lines of random letters, 22 pixels high at a size of 1; 0 to 255."""
        chance = self.chance
        layer = np.zeros(shape, np.uint8)
        face = HERSHEY[int(chance.integers(len(HERSHEY)))]
        thick = max(1, round(size * chance.uniform(0.6, 4)))
        y = int(30 * size)
        while y < shape[0] + 30 * size:
            letters = "".join(chr(int(code)) for code in chance.integers(33, 127, 60))
            words = "".join(" " if chance.random() < 0.17 else letter for letter in letters)
            cv2.putText(layer, words, (int(chance.integers(-40, 80)), y), face, size, 255, thick, cv2.LINE_AA)
            y += int(size * chance.uniform(32, 55))
        return layer

    def _inked(self, paper: Pixels, ink: Pixels, contrast: float) -> Pixels:
        """Ink of uneven density laid on paper, its edges a little within the truth, as they are on real pages."""
        chance = self.chance
        cover = cv2.GaussianBlur(ink, (0, 0), chance.uniform(0.5, 1.3)).astype(np.float32) / 255
        cover **= chance.uniform(1.1, 1.8)
        uneven = chance.uniform(0, 0.35) * clouds(chance, paper.shape, chance.uniform(20, 200))
        grainy = chance.uniform(0, 0.25) * clouds(chance, paper.shape, chance.uniform(1.5, 6))
        density = np.clip(contrast * (1 + uneven + grainy), contrast / 3, 0.97)
        return paper * (1 - cover * density)

    def _shown_through(self, paper: Pixels, contrast: float) -> Pixels:
        """The writing of the other side, mirrored, blurred and fainter than this side's; it is paper."""
        chance = self.chance
        back = cv2.GaussianBlur(self._ink(paper.shape)[:, ::-1], (0, 0), 2 ** chance.uniform(0, 2))
        patchy = np.clip(0.8 + 0.4 * clouds(chance, paper.shape, chance.uniform(40, 300)), 0, 1)
        return paper * (1 - back.astype(np.float32) / 255 * contrast * chance.uniform(0.15, 0.75) * patchy)

    def _taken(self, page: Pixels) -> Pixels:
        """What a camera or a scanner makes of it: gamma, contrast, softness, grain, JPEG."""
        chance = self.chance
        page = np.clip(page, 0, 255)
        if chance.random() < 0.5:
            page = 255 * (page / 255) ** (2 ** chance.normal(0, 0.4))
        if chance.random() < 0.4:
            page = page * chance.uniform(0.55, 1.1) + chance.uniform(-5, 50)
        if chance.random() < 0.3:
            page = cv2.GaussianBlur(page, (0, 0), chance.uniform(0.4, 1.4))
        if chance.random() < 0.5:
            page = page + chance.normal(0, 1, page.shape).astype(np.float32) * chance.exponential(5)
        gray = np.clip(page, 0, 255).astype(np.uint8)
        if chance.random() < 0.35:
            quality = int(chance.integers(25, 95))
            gray = cv2.imdecode(
                cv2.imencode(".jpg", gray, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_GRAYSCALE
            )
        return gray
