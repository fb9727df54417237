"""What a trainer of ultralytics learns from: windows of pictures, others in each pass, none kept on disk."""

import importlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from detectors.datatypes.arrays import Float64Array, UInt8Array
from detectors.detection.crops import class_weights, window
from detectors.detection.errors import ModelError
from detectors.detection.learning import Lessons

EXPOSURE, WHITE, NOISE = 0.35, 0.05, 0.03  # spread of the logarithm of light, of colours; of values 0 to 1
SATURATION = (0.3, 1.6)
GREY = (0.299, 0.587, 0.114)  # of red, green, blue (ITU-R BT.601)
MOST_PROCESSES = 16  # read pictures for a GPU
Drawn = tuple[UInt8Array, Float64Array]


class Windows:
    """Windows of `dataset`/images/`split`, for a loader of torch, whose generator draws them.

    Raises ModelError for labels that cannot be read, and for such a picture when a window of it is drawn.
    """

    def __init__(self, dataset: Path, split: str, lessons: Lessons) -> None:
        self._files = sorted((dataset / "images" / split).glob("*.jpg"))
        self._labels = [_labels(dataset / "labels" / split / f"{file.stem}.txt") for file in self._files]
        self._weights = class_weights(np.concatenate([rows[:, 0] for rows in self._labels] or [np.zeros(0)]))
        self._lessons = lessons
        self._torch = importlib.import_module("torch")

    def __len__(self) -> int:
        return len(self._files) * self._lessons.windows_each

    def __getitem__(self, row: int) -> Drawn:
        """Return a window (h, w, 3) and its labels (M, 5), as YOLO has them: another one each time."""
        draw = np.random.default_rng(int(self._torch.randint(2**62, ())))
        image, labels = _image(self._files[row % len(self._files)]), self._labels[row % len(self._files)]
        px = self._lessons.window_px
        place, labels = window(image.shape[:2], labels, self._weights, draw, px, self._lessons.magnify)
        shown = np.asarray(cv2.resize(image[place], px, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
        if draw.random() < 0.5:
            shown = shown[:, ::-1]
            labels[:, 1] = 1.0 - labels[:, 1]
        return shown, labels

    def draw(self, count: int) -> dict[str, Any]:
        """Return a batch of so many windows of any pictures."""
        rows = self._torch.randint(len(self), (count,))
        return self.batch([self[int(row)] for row in rows])

    def batch(self, drawn: Sequence[Drawn]) -> dict[str, Any]:
        """Return windows as ultralytics wants a batch: `img` (B, 3, h, w) red, green, blue."""
        torch = self._torch
        images = np.stack([shown[..., ::-1].transpose(2, 0, 1) for shown, _ in drawn])
        labels = np.concatenate([rows for _, rows in drawn])
        whose = np.repeat(np.arange(len(drawn)), [len(rows) for _, rows in drawn])
        return {
            "img": torch.from_numpy(images),
            "cls": torch.from_numpy(labels[:, :1]).float(),
            "bboxes": torch.from_numpy(labels[:, 1:]).float(),
            "batch_idx": torch.from_numpy(whose).float(),
        }


def _image(file: Path) -> UInt8Array:
    image = cv2.imread(str(file), cv2.IMREAD_COLOR)
    if image is None:
        msg = f"{file}: not a picture that can be read; export the dataset again"
        raise ModelError(msg)
    return np.asarray(image, dtype=np.uint8)


def _labels(file: Path) -> Float64Array:
    """Return (N, 5) of a label file; none where there is no file."""
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    try:
        return np.array([line.split() for line in text.splitlines()], dtype=np.float64).reshape(-1, 5)
    except ValueError as error:
        msg = f"{file}: expected lines of class, middle and size (five numbers); export the dataset again"
        raise ModelError(msg) from error


def other_light(windows: Any) -> Any:
    """Return windows (B, 3, h, w) as a camera of other exposure, white balance, colour and noise has them."""
    torch = importlib.import_module("torch")
    one = windows.new_empty(len(windows), 1, 1, 1)
    grey = (windows * windows.new_tensor(GREY).view(1, 3, 1, 1)).sum(1, keepdim=True)
    windows = grey + (windows - grey) * torch.empty_like(one).uniform_(*SATURATION)
    white = windows.new_empty(len(windows), 3, 1, 1).normal_(0, WHITE)
    windows = windows * torch.exp(white + torch.empty_like(one).normal_(0, EXPOSURE))
    noise = torch.empty_like(one).uniform_(-NOISE, NOISE).clamp(min=0)  # none in half of them
    return (windows + noise * torch.randn_like(windows)).clamp(0, 1)


def trainer(windows: Windows) -> Callable[..., Any]:
    """Return a trainer of ultralytics that learns from windows."""
    torch = importlib.import_module("torch")
    base: Any = importlib.import_module("ultralytics.models.yolo.detect").DetectionTrainer

    class WindowTrainer(base):  # type: ignore[misc]
        """Its pictures to learn from are windows; what it tries weights on is read by the package."""

        def get_dataloader(
            self, dataset_path: str, batch_size: int = 16, rank: int = 0, mode: str = "train"
        ) -> Any:
            if mode != "train":
                return super().get_dataloader(dataset_path, batch_size, rank, mode)
            processes = min(MOST_PROCESSES, os.cpu_count() or 1) if self.device.type == "cuda" else 0
            return torch.utils.data.DataLoader(
                windows, batch_size, shuffle=True, num_workers=processes, collate_fn=windows.batch,
                persistent_workers=processes > 0, drop_last=len(windows) > batch_size,
            )  # fmt: skip

        def preprocess_batch(self, batch: dict[str, Any]) -> dict[str, Any]:
            batch = super().preprocess_batch(batch)
            return {**batch, "img": other_light(batch["img"])}

    return WindowTrainer
