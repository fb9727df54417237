"""The live map: roads, signals, vehicles and where the cameras look."""

from dataclasses import dataclass

import numpy as np
import pygame

from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.signals import Aspect
from scenarios.trainer.canvas import ACCENT, LINE, QUIET, WARM, Canvas, Colour
from twin.cameras.plans import ViewSpec
from twin.cameras.survey import mount
from twin.network.model import RoadNetwork
from twin.truth import Scene

MARGIN_M, SIGHT_M = 60.0, 90.0
COLOURS: dict[int, Colour] = {
    VehicleClass.MOTORCYCLE: (240, 228, 66),
    VehicleClass.CAR: (86, 180, 233),
    VehicleClass.BUS: (0, 158, 115),
    VehicleClass.TRUCK: (213, 94, 0),
}
LAMPS: dict[Aspect, Colour] = {
    Aspect.RED: (255, 80, 70), Aspect.YELLOW: (250, 210, 70), Aspect.GREEN: (0, 210, 120),
}  # fmt: skip


@dataclass(slots=True)
class CityMap:
    """A map around some views, drawn once; what moves is drawn over it."""

    network: RoadNetwork
    views: tuple[ViewSpec, ...]
    rect: pygame.Rect
    _still: pygame.Surface | None = None
    _live: pygame.Surface | None = None
    _live_ns: int = -1
    _scale: float = 1.0
    _middle: tuple[float, float] = (0.0, 0.0)

    def draw(self, canvas: Canvas, scene: Scene) -> None:
        """Draw the map with everything that is on it; painted anew only when time has gone on."""
        if self._live is None or self._live_ns != scene.timestamp_ns:
            self._live, self._live_ns = self._populated(scene), scene.timestamp_ns
        canvas.surface.blit(self._live, self.rect)

    def _populated(self, scene: Scene) -> pygame.Surface:
        """Return the map with vehicles and signals."""
        if self._still is None:
            self._still = self._paint()
        surface, offset = self._still.copy(), np.array(self.rect.topleft)
        vehicles = scene.vehicles
        at = (np.array(self._pixels(vehicles.position_m[:, :2])).reshape(-1, 2) - offset).tolist()
        for (x, y), kind, standing in zip(at, vehicles.vehicle_class, vehicles.at_kerb, strict=True):
            radius = 2 if kind == VehicleClass.MOTORCYCLE else 3
            pygame.draw.circle(surface, COLOURS.get(int(kind), QUIET), (x, y), radius)
            if standing:
                pygame.draw.circle(surface, WARM, (x, y), 6, width=1)
        for group, aspect in scene.aspects:
            if group in self.network.road_of:
                end = np.array(self._pixels(self.network.road_of[group].centreline_m[-1:, :2])[0]) - offset
                pygame.draw.circle(surface, LAMPS.get(aspect, QUIET), end.tolist(), 5)
        return surface

    def _pixels(self, points_m: np.ndarray) -> list[tuple[int, int]]:
        x = self.rect.centerx + (points_m[:, 0] - self._middle[0]) * self._scale
        y = self.rect.centery - (points_m[:, 1] - self._middle[1]) * self._scale
        return list(zip(x.astype(int).tolist(), y.astype(int).tolist(), strict=True))

    def _paint(self) -> pygame.Surface:
        cameras = [mount(self.network, view) for view in self.views]
        zone = {self.network.road_of[view.road].zone for view in self.views} - {""}
        roads = [road for road in self.network.roads if road.zone in zone] or list(self.network.roads)
        points = np.vstack([road.centreline_m[:, :2] for road in roads])
        low, high = points.min(axis=0) - MARGIN_M, points.max(axis=0) + MARGIN_M
        self._middle = (float((low[0] + high[0]) / 2), float((low[1] + high[1]) / 2))
        self._scale = float(min(self.rect.w / (high[0] - low[0]), self.rect.h / (high[1] - low[1])))
        surface = pygame.Surface(self.rect.size)
        surface.fill((20, 34, 53))
        offset = np.array(self.rect.topleft)
        for road in self.network.roads:
            line = np.array(self._pixels(road.centreline_m[:, :2])) - offset
            width = max(3, round(road.lanes * road.lane_width_m * self._scale))
            pygame.draw.lines(surface, LINE, False, line.tolist(), width)  # noqa: FBT003 - not closed
        for camera in cameras:
            eye, yaw, half = camera.position_m[:2], camera.yaw_rad, camera.width_px / 2 / camera.focal_px
            angles = (yaw - np.arctan(half), yaw + np.arctan(half))
            far = [eye + SIGHT_M * np.array([np.cos(a), np.sin(a)]) for a in angles]
            corners = np.array(self._pixels(np.vstack((eye, *far)))) - offset
            pygame.draw.polygon(surface, ACCENT, corners.tolist(), width=2)
            pygame.draw.circle(surface, ACCENT, corners[0].tolist(), 5)
        return surface
