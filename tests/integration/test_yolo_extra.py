"""The extra `yolo` with nets built here from their description, nothing fetched: see `make extra`.

Their weights are drawn by a seed, with a head that is sure enough of something.
"""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from detectors.datatypes.frame import Frame
from detectors.detection import registry, yolo
from detectors.detection.conformance import conformance
from detectors.detection.errors import ModelError
from detectors.detection.learning import Lessons, Stage
from detectors.detection.onnx import OnnxDetector
from detectors.detection.teaching import Windows, other_light
from detectors.detection.yolo import YoloDetector

pytest.importorskip("ultralytics", reason="ultralytics, the extra `yolo`, is not installed")
torch = pytest.importorskip("torch")
pytestmark = pytest.mark.filterwarnings("default")  # those of torch and its exporter are not ours
EAGER = 2.0  # added to the logit of each score, so that a net that learned nothing tells something


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small .pt of four vehicle classes and plates."""
    return net(tmp_path_factory.mktemp("extra"), dict(enumerate(yolo.CLASSES)))


def net(folder: Path, names: dict[int, str]) -> Path:
    torch.manual_seed(1)
    package = yolo._ultralytics()
    model = package.YOLO(str(yolo._narrow_model(package, folder, 0.125)))
    for branch in model.model.model[-1].cv3:
        torch.nn.init.normal_(branch[-1].weight, std=2.0)
        branch[-1].bias.data.fill_(EAGER)
    rows = range(len(model.model.names))
    model.model.names = {row: names.get(row, f"other {row}") for row in rows}
    model.ckpt = {}
    file = folder / "small.pt"
    model.save(str(file))
    return file


def street(size_px: tuple[int, int] = (640, 384)) -> Frame:
    draw = np.random.default_rng(7)
    image = draw.integers(60, 120, (size_px[1], size_px[0], 3), dtype=np.uint8)
    for x, y in ((40, 60), (300, 200), (520, 120)):
        image[y : y + 60, x : x + 90] = draw.integers(0, 255, 3, dtype=np.uint8)
    return Frame("drawn", 0, 0, image, simulated=True)


def test_weights_of_ultralytics_keep_every_promise(weights: Path) -> None:
    assert [one for one in conformance(lambda: registry.build(f"yolo:{weights}", None)) if one.fault] == []


@pytest.mark.parametrize("free", [False, True])
def test_an_export_says_what_its_weights_say(free: bool, weights: Path, tmp_path: Path) -> None:
    """Raw outputs are held against one another: boxes of a net that learned nothing are alike."""
    own = Path(shutil.copy(weights, tmp_path / "small.pt"))
    told: dict[str, Any] = {"format": "onnx", "imgsz": [384, 640], "dynamic": free, "simplify": True}
    exported = Path(yolo._ultralytics().YOLO(str(own)).export(**told))
    detector = OnnxDetector(exported)
    assert detector.size_px == (None if free else (640, 384))
    picture = detector._canvas.fill(street().image_bgr, (640, 384))
    net = YoloDetector(own)._model.model.float().eval()
    with torch.no_grad():
        wanted = net(torch.from_numpy(picture.copy()))[0].numpy()
    found = detector._run(picture)
    assert found.shape == wanted.shape
    assert found[:, :4] == pytest.approx(wanted[:, :4], abs=0.05)
    assert found[:, 4:] == pytest.approx(wanted[:, 4:], abs=1e-4)


def test_what_are_no_weights_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "bad.pt").write_text("no weights", encoding="utf-8")
    with pytest.raises(ModelError, match=r"bad\.pt: not weights that ultralytics can read") as caught:
        YoloDetector(tmp_path / "bad.pt")
    assert "\n" not in str(caught.value)


def test_weights_of_which_no_class_is_a_vehicle_need_a_sidecar(tmp_path: Path) -> None:
    file = net(tmp_path, dict(enumerate(("kucing", "anjing", "sapi", "kambing"))))
    with pytest.raises(ModelError, match=r"none of its classes .* say in small\.toml"):
        YoloDetector(file)
    file.with_suffix(".toml").write_text('[classes]\nkucing = "car"\n', encoding="utf-8")
    found = YoloDetector(file).detect(street())
    assert {int(kind) for kind in found.classes} <= {1}


LESSONS = Lessons(0.0625, 1.5, (96, 64), 2, 4, 1, (Stage(1, 0.001),))


def dataset(folder: Path, picture: bytes = b"", label: str = "1 0.25 0.5 0.1 0.2\n") -> Path:
    """Four pictures, red but for a blue vehicle on their left."""
    image = np.full((180, 320, 3), (0, 0, 200), np.uint8)
    image[72:108, 64:96] = (200, 0, 0)
    jpeg = picture or cv2.imencode(".jpg", image)[1].tobytes()
    for kind in ("images", "labels"):
        (folder / kind / "train").mkdir(parents=True)
    for name in "abcd":
        (folder / "images" / "train" / f"{name}.jpg").write_bytes(jpeg)
        (folder / "labels" / "train" / f"{name}.txt").write_text(label)
    return folder


def test_a_window_shows_what_its_label_says_mirrored_or_not(tmp_path: Path) -> None:
    torch.manual_seed(3)
    windows = Windows(dataset(tmp_path), "train", LESSONS)
    batch = windows.batch([windows[row] for _ in range(5) for row in range(len(windows))])
    assert batch["img"].shape == (40, 3, 64, 96)
    assert len(batch["cls"]) == len(batch["bboxes"]) == len(batch["batch_idx"]) > 30
    sides = set()
    for (x, y, w, h), whose in zip(batch["bboxes"].tolist(), batch["batch_idx"].int().tolist(), strict=True):
        red, _, blue = batch["img"][whose, :, int(y * 64), int(x * 96)].tolist()
        assert blue > red
        assert 0 <= x - w / 2 < x + w / 2 <= 1.001
        assert 0 <= y - h / 2 < y + h / 2 <= 1.001
        sides.add(x < 0.5)
    assert sides == {True, False}


def test_other_light_is_a_picture_still() -> None:
    torch.manual_seed(4)
    seen = torch.full((16, 3, 32, 48), 0.4)
    lit = other_light(seen)
    assert lit.shape == seen.shape
    assert float(lit.min()) >= 0.0
    assert float(lit.max()) <= 1.0
    assert float(lit.mean((1, 2, 3)).std()) > 0.05


def test_a_broken_dataset_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not a picture"):
        Windows(dataset(tmp_path / "broken", picture=b"no"), "train", LESSONS)[0]
    with pytest.raises(ModelError, match="expected lines of class"):
        Windows(dataset(tmp_path / "wrong", label="car 1 2"), "train", LESSONS)


def test_lessons_are_learned_once_and_begin_with_what_is_known(tmp_path: Path) -> None:
    pictures = dataset(tmp_path / "set")
    first = yolo.train(pictures, LESSONS, tmp_path / "first")
    written = first.stat().st_mtime_ns
    assert yolo.train(pictures, LESSONS, tmp_path / "first") == first
    assert first.stat().st_mtime_ns == written
    yolo.export_onnx(first, (96, 160), tmp_path / "known.onnx")
    onwards = replace(LESSONS, start=tmp_path / "known.onnx", stages=(Stage(1, 1e-6),))
    second = yolo.train(pictures, onwards, tmp_path / "second")
    own, other = (YoloDetector(file)._model.model.float().eval() for file in (first, second))
    picture = torch.rand(1, 3, 96, 160, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        assert other(picture)[0].numpy() == pytest.approx(own(picture)[0].numpy(), abs=2.0)


def test_what_is_kept_of_the_beginning_is_between_it_and_what_was_learned(tmp_path: Path) -> None:
    pictures = dataset(tmp_path / "set")
    yolo.export_onnx(yolo.train(pictures, LESSONS, tmp_path / "first"), (96, 160), tmp_path / "known.onnx")
    onwards = replace(LESSONS, start=tmp_path / "known.onnx", keep=0.25, stages=(Stage(2, 0.01),))
    kept = yolo.train(pictures, onwards, tmp_path / "second")
    files = (tmp_path / "second" / "begun.pt", tmp_path / "second" / "stage-0" / "weights.pt", kept)
    was, became, between = (yolo._ultralytics().YOLO(str(file)).model.float().state_dict() for file in files)
    first = "model.0.conv.weight"
    assert not torch.equal(was[first], became[first])
    assert between[first].numpy() == pytest.approx(
        (0.25 * was[first] + 0.75 * became[first]).numpy(), abs=1e-3
    )
    assert yolo.train(pictures, onwards, tmp_path / "second") == kept
