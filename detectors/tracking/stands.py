"""Who of the targets stands and where in the picture, who was there when last seen, and who has left."""

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array, Int64Array
from detectors.tracking.joining import SAME_IOU
from detectors.tracking.looks import paired

NS_PER_S = 1e9
LEFT_IOU = 0.3  # who overlaps the place where he stood by less has left it
OFF_SIGHTS = 2  # in a row away from where it stood: it may have left
STANDS_AFTER_S = 2.0


class Stands:
    """Of N targets: `found` (N, 4) the last box, `seen_ns` and `sights` (N,) when and how often it was seen.

    Who keeps for STANDS_AFTER_S within SAME_IOU of the box `anchor` (N, 4) that he had at `anchored_ns`, and
    is slow, is `standing` (N,). `off` (N,) counts the sights in a row in which he was hardly there.
    """

    def __init__(self) -> None:
        self.found: Float64Array = np.zeros((0, 4))
        self.anchor: Float64Array = np.zeros((0, 4))
        self.seen_ns: Int64Array = np.zeros(0, dtype=np.int64)
        self.anchored_ns: Int64Array = np.zeros(0, dtype=np.int64)
        self.sights: Int64Array = np.zeros(0, dtype=np.int64)
        self.off: Int64Array = np.zeros(0, dtype=np.int64)
        self.standing: BoolArray = np.zeros(0, dtype=np.bool_)

    @property
    def loose(self) -> BoolArray:
        """Who stands (N,) but was hardly there when last seen: he is looked for as if he moved as well."""
        return np.asarray(self.standing & (self.off > 0))

    def unseen_s(self, now_ns: int) -> Float64Array:
        """Return for how long each (N,) was not seen."""
        return np.asarray((now_ns - self.seen_ns) / NS_PER_S)

    def add(self, boxes_px: Float64Array, now_ns: int) -> None:
        """Begin targets with boxes (K, 4)."""
        k = len(boxes_px)
        self.found = np.concatenate((self.found, boxes_px))
        self.anchor = np.concatenate((self.anchor, boxes_px))
        since = np.full(k, now_ns, dtype=np.int64)
        self.seen_ns = np.concatenate((self.seen_ns, since))
        self.anchored_ns = np.concatenate((self.anchored_ns, since))
        self.sights = np.concatenate((self.sights, np.ones(k, dtype=np.int64)))
        self.off = np.concatenate((self.off, np.zeros(k, dtype=np.int64)))
        self.standing = np.concatenate((self.standing, np.zeros(k, dtype=np.bool_)))

    def move(self, by_px: Float64Array) -> None:
        """Carry all places on by (2,) pixels: the camera has turned by so much."""
        self.found += np.tile(by_px, 2)
        self.anchor += np.tile(by_px, 2)

    def keep(self, rows: BoolArray) -> None:
        """Forget all but `rows` (N,)."""
        for name in ("found", "anchor", "seen_ns", "anchored_ns", "sights", "off", "standing"):
            setattr(self, name, getattr(self, name)[rows])

    def see(self, rows: Int64Array, boxes_px: Float64Array, alike: Float64Array, now_ns: int) -> BoolArray:
        """Note boxes (K, 4) of the targets in `rows` (K,); return (K,) who has left where it stood.

        `alike` (K,) is what each box overlaps of that kept of its target. One that hides a part of who stands
        leaves a part of his box, again and again in the same place: who has left is no more there.
        """
        self.seen_ns[rows] = now_ns
        self.sights[rows] += 1
        self.found[rows] = boxes_px
        self.off[rows] = np.where(alike >= SAME_IOU, 0, self.off[rows] + 1)
        left = self.standing[rows] & (self.off[rows] >= OFF_SIGHTS) & (alike < LEFT_IOU)
        gone = rows[left]
        self.standing[gone] = False
        self.anchor[gone], self.anchored_ns[gone] = boxes_px[left], now_ns
        return np.asarray(left)

    def settle(self, rows: Int64Array, kept: Float64Array, slow: BoolArray, now_ns: int) -> None:
        """Say who of `rows` (K,) stands: `kept` (K, 4) are their smoothed boxes, `slow` (K,) who may."""
        stood = self.standing[rows]
        stays = paired(kept, self.anchor[rows]) >= SAME_IOU
        moved = rows[~stays]
        self.anchor[moved], self.anchored_ns[moved] = kept[~stays], now_ns
        self.standing[moved] = False
        stood_s = (now_ns - self.anchored_ns[rows]) / NS_PER_S
        settled = stays & ~stood & slow & (stood_s >= STANDS_AFTER_S)
        self.anchor[rows[settled]] = kept[settled]
        self.standing[rows[settled]] = True
