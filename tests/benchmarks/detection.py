"""The whole engine beside the bare net, beside `model.track` of ultralytics, and on eight cameras at once.

CPU time of one thread a side, the same pictures, in turn. The second part needs the extras `yolo` and
`peers` in the environment that it is started in. Its .pt is the shipped model again in torch: the same
layers with the weights of the .onnx.
"""

import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
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
from detectors.engine import ViewEngine
from tests.benchmarks.street_clips import FPS, StreetClip, engine_of, street_clips

WARM, WORKERS = 3, 2
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
        found |= beside_ultralytics(clips)
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
    """One of those who are compared: CPU seconds a camera, and how many boxes it followed in all."""

    name: str
    spent_s: list[float] = field(default_factory=list)
    boxes: int = 0

    def take(self, step: Callable[[Frame, bool], int], frames: tuple[Frame, ...]) -> None:
        """Run through the pictures of one camera; `step` gets each with whether it goes on from another."""
        for row, frame in enumerate(frames):
            if row == WARM:
                begun_s = process_time()
            found = step(frame, row > 0)
            self.boxes += found if row >= WARM else 0
        self.spent_s.append(process_time() - begun_s)


def beside_ultralytics(clips: tuple[StreetClip, ...]) -> dict[str, float]:
    """Return frames a CPU second of the engine and of `model.track`, on each camera in turn.

    The engine is each camera's own, as it runs anywhere: it looks where vehicles on its site can show.
    """
    engine, torch, same = (_Side(name) for name in ("engine", "model.track, .pt", "model.track, same .onnx"))
    with tempfile.TemporaryDirectory() as folder:
        _one_thread()
        models = ((torch, _torch_model(Path(folder))), (same, _onnx_model(Path(folder))))
        for clip in clips:
            engine.take(partial(_followed, engine_of(clip, registry.build("twin", clip.site))), clip.frames)
            for side, model in models:
                side.take(partial(_tracked, model), clip.frames)
    counted = sum(len(clip.frames) - WARM for clip in clips)
    sides = (engine, torch, same)
    found = {f"frames a CPU second, {side.name}": counted / sum(side.spent_s) for side in sides}
    found |= {f"boxes a frame, {side.name}": side.boxes / counted for side in sides}
    for side, goal in ((torch, 2), (same, 1.3)):
        ratios = np.divide(side.spent_s, engine.spent_s)
        found[f"ratio to {side.name} (goal {goal})"] = sum(side.spent_s) / sum(engine.spent_s)
        found[f"least of {len(clips)} cameras, to {side.name}"] = float(ratios.min())
        found[f"most of {len(clips)} cameras, to {side.name}"] = float(ratios.max())
    return found


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


def _followed(engine: ViewEngine, frame: Frame, goes_on: bool) -> int:
    del goes_on  # each camera has an engine of its own
    return engine.step(frame).detections


def _tracked(model: Any, frame: Frame, goes_on: bool) -> int:
    (found,) = model.track(
        frame.image_bgr, persist=goes_on, tracker="bytetrack.yaml", imgsz=(544, 960), conf=0.25,
        verbose=False, device="cpu",
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
