"""The extra `yolo` with nets built here from their description, nothing fetched: see `make extra`.

Their weights are drawn by a seed, with a head that is sure enough of something.
"""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detectors.datatypes.frame import Frame
from detectors.detection import registry, yolo
from detectors.detection.conformance import conformance
from detectors.detection.errors import ModelError
from detectors.detection.onnx import OnnxDetector
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
