"""The cross-section of a road: where its lanes, kerb strip and edges run on the map.

Offsets are metres from the centreline, positive towards the kerb: the left in left-hand traffic,
the right in right-hand traffic. So one cross-section serves both.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from detectors.datatypes.arrays import Float64Array
from twin.network.model import Junction, Road, RoadNetwork


@dataclass(frozen=True)
class Section:
    """The cross-section of one road; `kerb_sign` is +1 where the kerb is on the left."""

    road: Road
    kerb_sign: int

    @property
    def lane_edge_m(self) -> float:
        """Offset of the kerb-side edge of lane 0; its negative is the edge at the median."""
        return self.road.lanes * self.road.lane_width_m / 2

    @property
    def kerb_edge_m(self) -> float:
        """Offset of the kerb stones."""
        return self.lane_edge_m + self.road.kerb_m

    def points_m(self, along_m: ArrayLike, offset_m: ArrayLike) -> Float64Array:
        """Return points (N, 3) at distances `along_m` (N,) and offsets, mitred in bends."""
        along = np.clip(np.atleast_1d(np.asarray(along_m, dtype=np.float64)), 0.0, self.road.length_m)
        arc, line = self.road.arc_m, self.road.centreline_m
        middle = np.column_stack([np.interp(along, arc, line[:, i]) for i in range(3)])
        heading = self.headings_rad(along)
        side = self.kerb_sign * np.asarray(offset_m, dtype=np.float64)
        shift = np.column_stack((-np.sin(heading), np.cos(heading), np.zeros(len(along))))
        return np.asarray(middle + shift * np.broadcast_to(side, along.shape)[:, None], dtype=np.float64)

    def headings_rad(self, along_m: Float64Array) -> Float64Array:
        """Return smoothed headings (N,): the mean direction over two metres around each point."""
        arc, line = self.road.arc_m, self.road.centreline_m
        back, ahead = np.maximum(along_m - 1.0, 0.0), np.minimum(along_m + 1.0, self.road.length_m)
        dx, dy = (np.interp(ahead, arc, line[:, i]) - np.interp(back, arc, line[:, i]) for i in range(2))
        return np.asarray(np.arctan2(dy, dx), dtype=np.float64)

    def band_m(self, along_m: Float64Array, inner_m: float, outer_m: float) -> Float64Array:
        """Return the closed outline (2N, 3) of the band between two offsets."""
        return np.vstack((self.points_m(along_m, inner_m), self.points_m(along_m, outer_m)[::-1]))

    def samples_m(self, step_m: float) -> Float64Array:
        """Return distances along the whole road, at most `step_m` apart, both ends included."""
        return np.linspace(0.0, self.road.length_m, max(2, int(np.ceil(self.road.length_m / step_m)) + 1))


def section(network: RoadNetwork, road: Road) -> Section:
    """Return the cross-section of a road of a network."""
    return Section(road, 1 if network.left_hand else -1)


def junction_outline_m(network: RoadNetwork, junction: Junction) -> Float64Array:
    """Return the corners (N, 3) of all road ends at a junction, unordered."""
    corners = []
    for road in network.roads:
        if junction.id in (road.start, road.end):
            cut = section(network, road)
            for end, node in ((0.0, road.start), (road.length_m, road.end)):
                if node == junction.id:
                    corners += [cut.points_m(end, -cut.lane_edge_m), cut.points_m(end, cut.kerb_edge_m)]
    return np.vstack(corners) if corners else np.empty((0, 3))
