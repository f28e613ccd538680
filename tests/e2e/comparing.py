"""Pages beside kept pictures of them, grey and an eighth as large: what moved is seen, how an edge is drawn is not."""

import base64
import io
from contextlib import closing
from pathlib import Path

import av
import numpy as np
import pypdfium2
from playwright.sync_api import Page

from tests.builders.fonts import boxes

ROOT = Path(__file__).resolve().parents[2]
KEPT, SEEN = ROOT / "tests/e2e/pictures", ROOT / "var/pictures"
_SIDE = 8  # so many pixels of a page, squared, are one of its picture
_LEAST = 255 // _SIDE + 1  # what black beside white differs when it lies one pixel further, and one more
_SCALE = 96 / 72  # pixels per point of a sheet
_FONT = base64.b64encode(boxes()).decode()
# Without `geometricPrecision` one build of Chromium makes letters whole pixels wide, and another does not.
_STYLE = f"""
@font-face {{ font-family: boxes; font-weight: 100 900; src: url(data:font/ttf;base64,{_FONT}); }}
* {{ font-family: boxes !important; text-rendering: geometricPrecision !important; }}
"""


def in_boxes(page: Page, rule: str = "") -> None:
    """Set a page in the font that is the same everywhere; with a rule of style more, if there is one."""
    page.add_style_tag(content=_STYLE + rule)
    page.evaluate('async () => { await document.fonts.load("1em boxes"); }')


def on_screen(page: Page) -> np.ndarray:
    """Return a whole page as grey values."""
    return _read(page.screenshot(full_page=True, animations="disabled"))


def on_paper(page: Page) -> np.ndarray:
    """Return what a printer gets as grey values, sheet below sheet."""
    with closing(pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))) as sheets:
        return np.vstack([it.render(scale=_SCALE, grayscale=True).to_numpy() for it in sheets])


def lay_out(name: str, page: np.ndarray) -> None:
    """Write what was seen, as large as it was, for somebody to look at."""
    SEEN.mkdir(parents=True, exist_ok=True)
    (SEEN / f"{name}.png").write_bytes(_written(page))


def keep(name: str, page: np.ndarray) -> None:
    """Keep what a page looks like now."""
    (KEPT / f"{name}.png").write_bytes(_written(_small(page)))


def difference(name: str, page: np.ndarray) -> str:
    """Return where a page differs most from its kept picture, or nothing."""
    kept, seen = _read((KEPT / f"{name}.png").read_bytes()).astype(int), _small(page).astype(int)
    rows, columns = np.minimum(kept.shape, seen.shape)
    apart = np.abs(kept[:rows, :columns] - seen[:rows, :columns])
    y, x = (int(it) * _SIDE for it in np.unravel_index(apart.argmax(), apart.shape))
    said = []
    if np.abs(np.subtract(kept.shape, seen.shape)).max() > 1:  # a pixel more may be a row more
        tall, wide = (it * _SIDE for it in kept.shape)
        said.append(f"{page.shape[1]} x {page.shape[0]} px instead of {wide} x {tall}")
    if apart.max() >= _LEAST:
        places = (apart >= _LEAST).sum()
        said.append(f"{places} places, most at {x} px from the left and {y} px from above: {apart.max()} of 255")
    return "; ".join(said)


def _small(page: np.ndarray) -> np.ndarray:
    rows, columns = (it // _SIDE for it in page.shape)
    squares = page[: rows * _SIDE, : columns * _SIDE].reshape(rows, _SIDE, columns, _SIDE)
    return squares.mean(axis=(1, 3)).round().astype(np.uint8)


def _read(png: bytes) -> np.ndarray:
    with av.open(io.BytesIO(png)) as file:
        return next(file.decode(video=0)).to_ndarray(format="gray")


def _written(grey: np.ndarray) -> bytes:
    codec = av.CodecContext.create("png", "w")
    codec.height, codec.width = grey.shape
    codec.pix_fmt, codec.time_base = "gray", 1
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(grey), format="gray")
    return b"".join(bytes(it) for it in codec.encode(frame))
