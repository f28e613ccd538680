"""Pages of a PDF as pictures: what anybody uploads is read in a process of its own, which may do next to nothing.

Run as `python -m media.pages PAGE WIDTH` it reads a PDF from its input and writes to its output: the number of pages
for page 0, else that page as PNG.
"""

import os
import resource
import struct
import subprocess
import sys
import zlib
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
WIDTH = 1400
_MOST_PIXELS = 12_000_000
# What the child may use: memory (bytes), processor time and time at all (seconds), no file, no other process.
_MEMORY, _CPU_S, _PATIENCE_S = 768 * 1024 * 1024, 8, 15


class Unreadable(Exception):
    """Not a PDF we can show: broken, locked, too much of everything."""


def count_pages(pdf: bytes) -> int:
    """Return how many pages a PDF has. Raises: Unreadable."""
    said = _run(pdf, 0)
    if not said.isdigit() or not 1 <= int(said) <= 100_000:
        raise Unreadable
    return int(said)


def render_page(pdf: bytes, page: int) -> bytes:
    """Return a page (1 is the first) as PNG. Raises: Unreadable."""
    picture = _run(pdf, page)
    if not picture.startswith(b"\x89PNG"):
        raise Unreadable
    return picture


def _run(pdf: bytes, page: int) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "media.pages", str(page), str(WIDTH)],
            input=pdf,
            capture_output=True,
            timeout=_PATIENCE_S,
            env={"LANG": "C.UTF-8", "PATH": os.defpath},
            cwd=_ROOT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable from error
    if done.returncode:
        raise Unreadable
    return done.stdout


def _hold_back() -> None:
    """Take from this process what it does not need."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Do what the command line says."""
    page, width = int(sys.argv[1]), int(sys.argv[2])
    _hold_back()
    import pypdfium2  # noqa: PLC0415 - read only in the child, after its limits are set

    document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    if page == 0:
        sys.stdout.write(str(len(document)))
        return
    found = document[page - 1]
    size = found.get_size()
    scale = min(width / max(size[0], 1), (_MOST_PIXELS / max(size[0] * size[1], 1)) ** 0.5)
    bitmap = found.render(scale=scale, rev_byteorder=True, prefer_bgrx=False, may_draw_forms=False)
    sys.stdout.buffer.write(_png(bitmap.width, bitmap.height, bitmap.n_channels, bitmap.stride, bytes(bitmap.buffer)))


def _png(width: int, height: int, channels: int, stride: int, pixels: bytes) -> bytes:
    """Return pixels, 8 bit per channel, as PNG (ISO/IEC 15948)."""
    rows = b"".join(b"\0" + pixels[row * stride : row * stride + width * channels] for row in range(height))
    colours = {1: 0, 3: 2, 4: 6}[channels]

    def part(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, colours, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(rows, 4)) + part(b"IEND", b"")


if __name__ == "__main__":
    main()
