"""What a net is to learn and for how long: plain numbers, without any package that trains."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Stage:
    """So many passes over all windows, from a learning rate on that falls as a cosine does."""

    epochs: int
    rate: float


@dataclass(frozen=True, slots=True)
class Lessons:
    """How a narrow YOLO learns: its `width`, by how much pictures are magnified, windows of each picture.

    `batch` windows at a time; `seed` of the windows and of the training; `stages` one after another, each
    with other windows.
    """

    width: float
    magnify: float
    windows_each: int
    batch: int
    seed: int
    stages: tuple[Stage, ...]
    start: Path | None = None


def weights_file(name: str) -> Path:
    """Return the file of shipped weights by their name, else the path itself."""
    shipped = Path(__file__).parent / "weights" / f"{name}.onnx"
    return shipped if shipped.is_file() else Path(name)
