"""The whole engine beside the bare net, beside `model.track` of ultralytics, and on eight cameras at once.

CPU time of one thread a side, the same pictures, in turn. The second part needs the extras `yolo` and
`peers` in the environment that it is started in. Its .pt is the shipped model again in torch: the same
layers with the weights of the .onnx.
"""

import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib import import_module, resources
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from time import process_time
from typing import Any

import cv2
import numpy as np

from detectors.datatypes.frame import Frame
from detectors.detection import registry, yolo
from detectors.detection.onnx import OnnxDetector, TwinDetector
from tests.benchmarks.street_clips import FPS, StreetClip, engine_of, street_clips

ROUNDS, WARM, FRAMES, WORKERS = 5, 3, 12, 2
SIZES = ("960x544", "800x448", "640x384", "512x288")
NEEDS = ("ultralytics", "torch", "onnx", "lap")
WEIGHTS = resources.files("detectors.detection") / "weights" / "twin.onnx"


class _Watched:
    """A session with a watch: what the net alone takes."""

    def __init__(self, session: Any) -> None:
        self._session, self.spent_s = session, 0.0
        self.given: dict[str, Any] = {}

    def run(self, names: None, given: dict[str, Any]) -> Any:
        self.given = given
        begun_s = process_time()
        found = self._session.run(names, given)
        self.spent_s = process_time() - begun_s
        return found


def main() -> dict[str, float]:
    """Return the medians of the rounds, and how busy the machine was."""
    cv2.setNumThreads(1)
    before = os.getloadavg()[0]
    clips = street_clips()
    found = {"load of the machine before": before, **beside_the_net(clips[-1])}
    missing = [name for name in NEEDS if find_spec(name) is None]
    if missing:
        found[f"ultralytics not run, missing: {', '.join(missing)}; install `yolo` and `peers`"] = 0.0
    else:
        found |= beside_ultralytics(clips[-1])
    found |= eight_cameras(clips)
    return found | {"load of the machine after": os.getloadavg()[0]}


def beside_the_net(clip: StreetClip) -> dict[str, float]:
    """Return CPU ms a frame of the engine, of the net on the same input, and of what is not the net."""
    detector = TwinDetector()
    session, watched = detector._session, _Watched(detector._session)
    detector._session = watched
    engine = engine_of(clip, detector)
    whole, bare, own = [], [], []
    for frame in clip.frames[:WARM]:
        engine.step(frame)
    for frame in clip.frames[WARM:]:
        begun_s = process_time()
        engine.step(frame)
        middle_s = process_time()
        session.run(None, watched.given)
        ended_s = process_time()
        whole.append(1000 * (middle_s - begun_s))
        bare.append(1000 * (ended_s - middle_s))
        own.append(1000 * (middle_s - begun_s - watched.spent_s))
    return {
        "ms CPU a frame, whole engine, 640 x 360": float(np.median(whole)),
        "ms CPU a frame, bare net on the same input": float(np.median(bare)),
        "ms more than the bare net, median of pairs (goal 3)": float(np.median(np.subtract(whole, bare))),
        "ms of the engine that is not its net (goal 3)": float(np.median(own)),
    }


@dataclass(slots=True)
class _Side:
    """One of those who are compared: `step` takes a picture and returns how many boxes it followed."""

    name: str
    step: Callable[[Frame], int]
    rates: list[float]
    boxes: int = 0


def beside_ultralytics(clip: StreetClip) -> dict[str, float]:
    """Return frames a CPU second of the engine and of `model.track`, round by round in turn."""
    with tempfile.TemporaryDirectory() as folder:
        engine = engine_of(clip, TwinDetector())
        _one_thread()
        sides = [
            _Side("engine", lambda frame: engine.step(frame).detections, []),
            _Side("model.track, .pt", partial(_tracked, _torch_model(Path(folder))), []),
            _Side("model.track, same .onnx", partial(_tracked, _onnx_model(Path(folder))), []),
        ]
        for side in sides:
            for frame in clip.frames[:WARM]:
                side.step(frame)
        for number in range(ROUNDS):
            for side in sides:
                _round(side, clip.frames, number)
    ours, torch, same = (np.array(side.rates) for side in sides)
    found = {f"frames a CPU second, {side.name}": float(np.median(side.rates)) for side in sides}
    found |= {f"boxes a frame, {side.name}": side.boxes / (ROUNDS * FRAMES) for side in sides}
    return found | {
        "ratio to .pt (goal 2)": float(np.median(ours / torch)),
        "ratio to the same .onnx (goal 1.3)": float(np.median(ours / same)),
        f"least ratio to the same .onnx of {ROUNDS} rounds": float((ours / same).min()),
    }


def _round(side: _Side, frames: tuple[Frame, ...], number: int) -> None:
    at_ns = frames[-1].timestamp_ns
    begun_s = process_time()
    for row in range(FRAMES):
        old = frames[WARM + row % (len(frames) - WARM)]
        late_ns = at_ns + (1 + number * FRAMES + row) * 1_000_000_000 // FPS
        side.boxes += side.step(Frame(old.view, old.index, late_ns, old.image_bgr, simulated=True))
    side.rates.append(FRAMES / (process_time() - begun_s))


def _one_thread() -> None:
    """Hold torch, and every session of ONNX Runtime that ultralytics opens, to one thread."""
    import_module("torch").set_num_threads(1)
    runtime = import_module("onnxruntime")
    usual = runtime.InferenceSession

    def single(model: Any, options: Any = None, **said: Any) -> Any:
        options = options or runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        return usual(model, options, **said)

    runtime.InferenceSession = single


def _torch_model(folder: Path) -> Any:
    """Return the shipped model in torch: its layers fused, with the weights of the export."""
    package, torch, onnx = yolo._ultralytics(), import_module("torch"), import_module("onnx")
    graph = onnx.load_from_string(WEIGHTS.read_bytes()).graph
    known = {one.name: onnx.numpy_helper.to_array(one) for one in graph.initializer}
    model = package.YOLO(str(yolo._narrow_model(package, folder, _width(known))))
    model.model.fuse(verbose=False)
    with torch.no_grad():
        for name, own in model.model.named_parameters():
            own.copy_(torch.from_numpy(known[name].copy()))
    return model


def _width(known: dict[str, Any]) -> float:
    """Return the width of the net: its first layer has 64 channels at width 1."""
    return float(known["model.0.conv.weight"].shape[0]) / 64


def _onnx_model(folder: Path) -> Any:
    file = folder / "twin.onnx"
    file.write_bytes(WEIGHTS.read_bytes())
    return yolo._ultralytics().YOLO(str(file), task="detect")


def _tracked(model: Any, frame: Frame) -> int:
    (found,) = model.track(
        frame.image_bgr, persist=True, tracker="bytetrack.yaml", imgsz=(544, 960), conf=0.25, verbose=False,
        device="cpu",
    )  # fmt: skip
    return len(found.boxes)


def eight_cameras(clips: tuple[StreetClip, ...]) -> dict[str, float]:
    """Return what share of the time of two cores eight cameras take at five pictures a second."""
    detector = registry.build("twin", None)
    free = isinstance(detector, OnnxDetector) and detector._free_px == (0, 0)
    sizes = SIZES if free else SIZES[:1]
    found = {} if free else {"the shipped input is of fixed size: smaller ones are not tried": 0.0}
    halves = [clips[k::WORKERS] for k in range(WORKERS)]
    with ProcessPoolExecutor(WORKERS, get_context("spawn")) as pool:
        for size in sizes:
            spent = sum(pool.map(work, halves, [f"twin@size={size}"] * WORKERS))
            pictures = sum(len(clip.frames) - WARM for clip in clips)
            share = spent / (pictures / len(clips) / FPS) / WORKERS
            found[f"{len(clips)} cameras at {FPS} fps, {size}: share of {WORKERS} cores (goal < 1)"] = share
    return found


def work(clips: tuple[StreetClip, ...], name: str) -> float:
    """Run the engines of some cameras in a worker, picture by picture in turn; return CPU seconds."""
    cv2.setNumThreads(1)
    engines = [engine_of(clip, registry.build(name, clip.site)) for clip in clips]
    begun_s = 0.0
    for row in range(min(len(clip.frames) for clip in clips)):
        if row == WARM:
            begun_s = process_time()
        for clip, engine in zip(clips, engines, strict=True):
            engine.step(clip.frames[row])
    return process_time() - begun_s
