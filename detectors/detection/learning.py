"""What a net is to learn and for how long: plain numbers, without any package that trains."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Stage:
    """So many passes over all pictures, from a learning rate on that falls as a cosine does."""

    epochs: int
    rate: float


@dataclass(frozen=True, slots=True)
class Lessons:
    """How a narrow YOLO learns: its `width`, by how much pictures are magnified, windows of each picture.

    A pass shows `windows_each` new windows of `window_px` (width, height) of each picture, `batch` at a time;
    `seed` of the windows and of the training; `stages` one after another. It begins with what the exported
    model `start` knows, and in the end goes back the share `keep` of the way to it.
    """

    width: float
    magnify: float
    window_px: tuple[int, int]
    windows_each: int
    batch: int
    seed: int
    stages: tuple[Stage, ...]
    start: Path | None = None
    keep: float = 0.0


def weights_file(name: str) -> Path:
    """Return the file of shipped weights by their name, else the path itself."""
    shipped = Path(__file__).parent / "weights" / f"{name}.onnx"
    return shipped if shipped.is_file() else Path(name)
