"""A font in which every letter of every script is the same box, so that no machine's fonts move a line."""

import struct

_EM, _ADVANCE = 1024, 512
_ASCENT, _DESCENT = 922, 256
_BOX = (64, 0, 448, 560)  # left, bottom, right, top
_EMPTY, _SPACE, _LETTER = range(3)  # the glyphs; the first stands for what a font does not have
# Without the joined forms of Arabic (FB50-FEFF): a browser that finds them makes one letter of two.
_CHARACTERS = (
    (0x20, 0x20, _SPACE),
    (0x21, 0x9F, _LETTER),
    (0xA0, 0xA0, _SPACE),
    (0xA1, 0xFB4F, _LETTER),
    (0xFF00, 0x1FFFF, _LETTER),
)


def boxes() -> bytes:
    """Return the font: TrueType, as small as a browser takes it (ISO/IEC 14496-22)."""
    tables = {
        b"OS/2": _os2(),
        b"cmap": _cmap(),
        b"glyf": _glyph(),
        b"head": _head(),
        b"hhea": struct.pack(">I3hH11hH", 0x10000, _ASCENT, -_DESCENT, 0, _ADVANCE, *[0] * 11, 3),
        b"hmtx": struct.pack(">HhHhHh", _ADVANCE, 0, _ADVANCE, 0, _ADVANCE, _BOX[0]),
        b"loca": struct.pack(">4I", 0, 0, 0, len(_glyph())),
        b"maxp": struct.pack(">I14H", 0x10000, 3, 4, 1, 0, 0, 2, *[0] * 8),
        b"name": struct.pack(">3H", 0, 0, 6),
        b"post": struct.pack(">IihhI4I", 0x30000, 0, -100, 50, 1, 0, 0, 0, 0),
    }
    return _file(tables)


def _file(tables: dict[bytes, bytes]) -> bytes:
    place = 12 + 16 * len(tables)
    head, body = struct.pack(">I4H", 0x10000, len(tables), 128, 3, 16 * len(tables) - 128), b""
    for tag, table in tables.items():
        padded = table + b"\0" * (-len(table) % 4)
        total = sum(struct.unpack(f">{len(padded) // 4}I", padded)) % 2**32
        head += tag + struct.pack(">3I", total, place + len(body), len(table))
        body += padded
    return head + body


def _cmap() -> bytes:
    """Many characters to one glyph: format 13."""
    groups = b"".join(struct.pack(">3I", *group) for group in _CHARACTERS)
    return struct.pack(">2H2HI2H3I", 0, 1, 3, 10, 12, 13, 0, 16 + len(groups), 0, len(_CHARACTERS)) + groups


def _glyph() -> bytes:
    """One contour of four corners."""
    left, bottom, right, top = _BOX
    corners = (left, 0, right - left, 0, bottom, top - bottom, 0, bottom - top)
    return struct.pack(">5h2H4B8h2x", 1, *_BOX, 3, 0, 1, 1, 1, 1, *corners)


def _head() -> bytes:
    numbers = (0x10000, 0x10000, 0, 0x5F0F3CF5, 0, _EM, 0, 0, *_BOX, 0, 8, 2, 1, 0)
    return struct.pack(">4I2H2q4h2H3h", *numbers)


def _os2() -> bytes:
    about = struct.pack(">Hh3H", 4, _ADVANCE, 400, 5, 0)
    shape = struct.pack(">11h10x4I4s", *[100] * 10, 0, 0, 0, 0, 0, b"NONE")
    heights = struct.pack(">3H3h2H", 0, 0x20, 0xFFFF, _ASCENT, -_DESCENT, 0, _ASCENT, _DESCENT)
    return about + shape + heights + struct.pack(">2I2h3H", 1, 0, _BOX[3], _BOX[3], 0, 0x20, 1)
