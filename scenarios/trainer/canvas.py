"""Drawing for the screens: boxes, pictures and texts that say when they do not fit."""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pygame

from detectors.datatypes.arrays import UInt8Array

SIZE_PX = (1280, 720)
Colour = tuple[int, int, int]
INK, PAPER, PANEL, LINE = (232, 238, 245), (15, 27, 44), (26, 42, 64), (58, 80, 108)
QUIET, ACCENT = (158, 175, 196), (86, 180, 233)
GOOD, BAD, WARM = (0, 190, 140), (230, 120, 40), (240, 200, 70)  # told apart by the colour-blind (Okabe, Ito)
PICTURES_KEPT = 12


@lru_cache(maxsize=32)
def font(size: int) -> pygame.font.Font:
    """Return the font that comes with the library, at a size in pixels."""
    return pygame.font.Font(None, size)


@dataclass(slots=True)
class Canvas:
    """A surface to draw on; `clipped` collects the texts that did not fit their boxes."""

    surface: pygame.Surface
    clipped: list[str] = field(default_factory=list)
    _scaled: dict[tuple[int, int, int], tuple[UInt8Array, pygame.Surface]] = field(default_factory=dict)

    def fill(self, colour: Colour = PAPER) -> None:
        """Begin a screen."""
        self.surface.fill(colour)
        self.clipped.clear()

    def panel(self, rect: pygame.Rect, title: str = "", colour: Colour = PANEL) -> pygame.Rect:
        """Draw a panel with a title; return the room inside."""
        pygame.draw.rect(self.surface, colour, rect, border_radius=8)
        if not title:
            return rect.inflate(-20, -16)
        self.text(pygame.Rect(rect.x + 12, rect.y + 8, rect.w - 24, 22), title, 19, QUIET)
        return pygame.Rect(rect.x + 12, rect.y + 34, rect.w - 24, rect.h - 44)

    def text(
        self, rect: pygame.Rect, said: str, size: int = 22, colour: Colour = INK, *, centred: bool = False,
        to_right: bool = False,
    ) -> int:  # fmt: skip
        """Write a text into a box, over several lines where it must; return the height that it took."""
        lines = wrapped(said, font(size), rect.w)
        height = font(size).get_linesize()
        if height * len(lines) > rect.h + 4 or any(font(size).size(line)[0] > rect.w for line in lines):
            self.clipped.append(said)
        y = rect.y + (max(0, rect.h - height * len(lines)) // 2 if centred else 0)
        for line in lines:
            drawn = font(size).render(line, True, colour)  # noqa: FBT003 - antialias
            spare = max(0, rect.w - drawn.get_width())
            x = rect.x + (spare if to_right else spare // 2 if centred else 0)
            self.surface.blit(drawn, (x, y))
            y += height
        return height * len(lines)

    def picture(self, rect: pygame.Rect, image_bgr: UInt8Array | None) -> pygame.Rect:
        """Show a picture (H, W, 3) as large as the box takes; return where it lies."""
        if image_bgr is None:
            pygame.draw.rect(self.surface, LINE, rect, width=1, border_radius=4)
            return rect
        height, width = image_bgr.shape[:2]
        scale = min(rect.w / width, rect.h / height)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        where = pygame.Rect(rect.x + (rect.w - size[0]) // 2, rect.y + (rect.h - size[1]) // 2, *size)
        self.surface.blit(self._shown(image_bgr, size), where)
        return where

    def _shown(self, image_bgr: UInt8Array, size: tuple[int, int]) -> pygame.Surface:
        """Return a picture at a size; the last few are kept, since most frames show what the last one did."""
        key = (id(image_bgr), *size)
        if key not in self._scaled:
            rgb = np.ascontiguousarray(image_bgr[..., ::-1])
            raw = pygame.image.frombuffer(rgb.tobytes(), image_bgr.shape[1::-1], "RGB")
            while len(self._scaled) >= PICTURES_KEPT:
                self._scaled.pop(next(iter(self._scaled)))
            self._scaled[key] = (image_bgr, pygame.transform.smoothscale(raw, size))
        return self._scaled[key][1]

    def button(self, rect: pygame.Rect, said: str, key: str, colour: Colour = ACCENT) -> None:
        """Draw a button with its key."""
        pygame.draw.rect(self.surface, colour, rect, width=2, border_radius=6)
        mark = pygame.Rect(rect.x + 8, rect.y + 6, 30, rect.h - 12)
        pygame.draw.rect(self.surface, colour, mark, border_radius=4)
        self.text(mark, key, 20, PAPER, centred=True)
        self.text(
            pygame.Rect(mark.right + 8, rect.y, rect.right - mark.right - 12, rect.h), said, 20, centred=True
        )


def wrapped(said: str, letters: pygame.font.Font, width: int) -> list[str]:
    """Return the lines of a text that is `width` pixels wide at most, broken between words."""
    lines: list[str] = []
    for word in said.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and letters.size(longer)[0] <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines or [""]
