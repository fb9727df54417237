"""What a camera writes over its picture: its label, the local time, and the mark of a simulation.

Cameras of one estate come from several makers and were set up by several people: the form of the date, the
clock and the corner differ from camera to camera (DOMAIN 2). Which one has which follows from its name.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import cv2
import numpy as np

from detectors.datatypes.arrays import UInt8Array
from twin.clock import to_local
from twin.randomness import Seed

MARK = "SIMULATED"
FONT = cv2.FONT_HERSHEY_SIMPLEX
WHITE_BGR, AMBER_BGR = (236, 236, 236), (70, 190, 255)
MARGIN_PX = 8
DAYS = ("Sen", "Sel", "Rab", "Kam", "Jum", "Sab", "Min")
DATES = ("%d-%m-%Y", "%Y/%m/%d", "%d/%m/%y", "%Y-%m-%d")
CORNERS = (("top", "top"), ("top", "bottom"), ("bottom", "top"), ("bottom", "bottom"))  # of label, of date
FORMER = 0.4  # cameras as the first of them were set up: day first, both lines on top [?]


@dataclass(frozen=True, slots=True)
class OsdStyle:
    """How one camera writes: `date` for strftime, with the name of the day, in 12 hours, with tenths or not.

    `label_at` and `date_at` are "top" or "bottom": the mark always has the upper right corner for itself.
    """

    date: str = DATES[0]
    weekday: bool = False
    twelve: bool = False
    tenths: bool = True
    label_at: str = "top"
    date_at: str = "top"

    def stamp(self, local: datetime) -> str:
        """Return date and time as this camera writes them."""
        day = f" {DAYS[local.weekday()]}" if self.weekday else ""
        tenths = f".{local.microsecond // 100_000}" if self.tenths else ""
        if self.twelve:
            half = "AM" if local.hour < 12 else "PM"
            return f"{local:{self.date}}{day} {local:%I:%M:%S}{tenths} {half}"
        return f"{local:{self.date}}{day} {local:%H:%M:%S}{tenths} WITA"


@lru_cache(maxsize=256)
def osd_style(view: str) -> OsdStyle:
    """Return how the camera of a view writes, the same for the same name."""
    own = Seed(0, ("osd", view))
    if own.uniform("former") < FORMER:
        return OsdStyle()
    label_at, date_at = CORNERS[int(own.uniform("corner") * len(CORNERS))]
    return OsdStyle(
        DATES[int(own.uniform("date") * len(DATES))],
        own.uniform("weekday") < 0.4,
        own.uniform("twelve") < 0.25,
        own.uniform("tenths") < 0.5,
        label_at,
        date_at,
    )


def write_osd(canvas: UInt8Array, view: str, timestamp_ns: int) -> None:
    """Write the label of the view, date and time in WITA, and the mark SIMULATED."""
    scale = max(1.0, canvas.shape[1] / 640)
    style, margin, gap = osd_style(view), round(MARGIN_PX * scale), round(3 * scale)
    local = to_local(timestamp_ns)
    size_px = round(0.44 * scale * 100)
    name = _text(f"B-CONNECT {view.upper()}", size_px, WHITE_BGR)
    tall = name[0].shape[0]
    lowest = canvas.shape[0] - margin - tall
    label_y = margin if style.label_at == "top" else lowest
    date_y = margin if style.date_at == "top" else lowest
    if style.label_at == style.date_at == "top":
        date_y += tall + gap
    elif style.label_at == style.date_at:
        label_y -= tall + gap
    _put(canvas, name, (margin, label_y))
    # what stands before the seconds changes once a minute, and of the rest there is little: drawn once
    before, after = style.stamp(local).rsplit(f":{local:%S}", 1)
    x = margin
    for part in (f"{before}:", f"{local:%S}", after):
        _put(canvas, _slots(part, size_px), (x, date_y))
        x += sum(_advance(letter, size_px) for letter in part)
    mark = _text(MARK, round(0.52 * scale * 100), AMBER_BGR)
    _put(canvas, mark, (canvas.shape[1] - mark[0].shape[1] - margin, margin))


@lru_cache(maxsize=256)
def _slots(text: str, size_px: int) -> tuple[UInt8Array, UInt8Array]:
    """Return the picture (H, W, 3) of a text whose letters each have a slot of their own, and its mask."""
    glyphs = [_text(letter, size_px, WHITE_BGR) for letter in text]
    starts = np.cumsum([0] + [_advance(letter, size_px) for letter in text]).tolist()
    wide = max(x + glyph.shape[1] for x, (glyph, _) in zip(starts, glyphs, strict=False))
    picture = np.zeros((glyphs[0][0].shape[0], wide, 3), dtype=np.uint8)
    mask = np.zeros(picture.shape[:2], dtype=np.uint8)
    for x, (glyph, shown) in zip(starts, glyphs, strict=False):
        _put(picture, (glyph, shown), (x, 0))
        mask[:, x : x + glyph.shape[1]] |= shown
    return picture, mask


@lru_cache(maxsize=256)
def _advance(letter: str, size_px: int) -> int:
    return int(cv2.getTextSize(letter if letter != " " else "-", FONT, size_px / 100, 1)[0][0]) + (
        size_px > 60
    )


@lru_cache(maxsize=512)
def _text(text: str, size_px: int, bgr: tuple[int, int, int]) -> tuple[UInt8Array, UInt8Array]:
    """Return the picture (H, W, 3) of a text with a dark rim, and its mask (H, W)."""
    scale, thick = size_px / 100, max(1, round(size_px / 55))
    (_, tall), _ = cv2.getTextSize("Ay0", FONT, scale, thick)
    wide = cv2.getTextSize(text, FONT, scale, thick)[0][0]
    letters = np.zeros((tall + 8, wide + 6), dtype=np.uint8)
    cv2.putText(letters, text, (3, tall + 3), FONT, scale, 255, thick, cv2.LINE_AA)
    rim = cv2.dilate(letters, np.ones((3, 3), dtype=np.uint8))
    picture = (letters[..., None] / 255.0 * np.array(bgr)).astype(np.uint8)
    return picture, (rim > 60).astype(np.uint8)


def _put(canvas: UInt8Array, drawn: tuple[UInt8Array, UInt8Array], at: tuple[int, int]) -> None:
    picture, mask = drawn
    part = canvas[at[1] : at[1] + picture.shape[0], at[0] : at[0] + picture.shape[1]]
    cv2.copyTo(picture[: part.shape[0], : part.shape[1]], mask[: part.shape[0], : part.shape[1]], part)
