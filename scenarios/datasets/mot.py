"""Datasets in the form of MOTChallenge: a sequence a camera and seed, ids that persist.

`gt.txt` holds frame, id, left, top, width, height, 1 or 0 (nobody is held to follow it), class and
visible share (Milan et al., MOT16, arXiv 1603.00831, section 4). Its classes have a number for cars and
one for motorcycles: what has four wheels and more goes with the cars. trackeval reads it as
MotChallenge2DBox with DO_PREPROC False, since its preparation keeps pedestrians alone.
"""

from dataclasses import dataclass, field
from pathlib import Path

from detectors.datatypes.detections import VehicleClass
from scenarios.datasets.shots import Shot

MOT_CAR, MOT_MOTORBIKE = 3, 5
BENCHMARK = "bconnect"


@dataclass(slots=True)
class Sequence:
    """What was written of one camera and seed: lines of gt.txt, number and size of the pictures."""

    split: str
    name: str
    size_px: tuple[int, int]
    frames: int = 0
    lines: list[str] = field(default_factory=list)


@dataclass(slots=True)
class MotWriter:
    """Keeps the sequences of a dataset; `file` gives a picture its place, `close` writes the rest."""

    root: Path
    _sequences: dict[tuple[str, str], Sequence] = field(default_factory=dict)

    def file(self, shot: Shot, split: str) -> Path:
        """Note the vehicles of a picture and return where it belongs."""
        name = f"{shot.view}-seed{shot.seed}"
        height, width = shot.image_bgr.shape[:2]
        sequence = self._sequences.setdefault((split, name), Sequence(split, name, (width, height)))
        sequence.frames += 1
        sequence.lines += mot_lines(shot, sequence.frames)
        return self._folder(sequence) / "img1" / f"{sequence.frames:06d}.jpg"

    def close(self, every_s: float) -> None:
        """Write gt.txt and seqinfo.ini of each sequence, and the lists that trackeval goes by."""
        maps: dict[str, list[str]] = {}
        for sequence in self._sequences.values():
            folder = self._folder(sequence)
            (folder / "gt").mkdir()
            (folder / "gt" / "gt.txt").write_text("".join(sequence.lines), encoding="utf-8")
            (folder / "seqinfo.ini").write_text(seqinfo(sequence, every_s), encoding="utf-8")
            maps.setdefault(sequence.split, []).append(sequence.name)
        for split, names in maps.items():
            file = self.root / "mot" / "seqmaps" / f"{BENCHMARK}-{split}.txt"
            file.parent.mkdir(exist_ok=True)
            file.write_text("name\n" + "".join(f"{name}\n" for name in names), encoding="utf-8")

    def _folder(self, sequence: Sequence) -> Path:
        return self.root / "mot" / f"{BENCHMARK}-{sequence.split}" / sequence.name


def mot_lines(shot: Shot, frame: int) -> list[str]:
    """Return the lines of all vehicles in a picture; `frame` counts from 1, as pixels do in MOT."""
    truth = shot.truth
    rows = zip(
        truth.vehicle_id.tolist(), truth.boxes_px.tolist(), truth.vehicle_class.tolist(),
        truth.visible.tolist(), shot.labelled.tolist(), strict=True,
    )  # fmt: skip
    return [
        f"{frame},{vehicle + 1},{x0 + 1:.2f},{y0 + 1:.2f},{x1 - x0:.2f},{y1 - y0:.2f},{int(held)},"
        f"{MOT_MOTORBIKE if kind == VehicleClass.MOTORCYCLE else MOT_CAR},{visible:.3f}\n"
        for vehicle, (x0, y0, x1, y1), kind, visible, held in rows
    ]


def seqinfo(sequence: Sequence, every_s: float) -> str:
    """Return seqinfo.ini of a sequence; the frame rate is what it was photographed at."""
    width, height = sequence.size_px
    return (
        f"[Sequence]\nname={sequence.name}\nimDir=img1\nframeRate={1 / every_s:g}\n"
        f"seqLength={sequence.frames}\nimWidth={width}\nimHeight={height}\nimExt=.jpg\n"
    )
