"""All cameras of the plan `today` rendered at two frames a second, by two processes, over real traffic.

A camera shows one view at a time, the one that its guard tour is at; one that turns shows none. Each process
has half of the cameras and keeps the views that it has met.
"""

import gc
import os
from concurrent.futures import ProcessPoolExecutor
from datetime import date, time
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, process_time

import cv2

from scenarios.plan_files import load_plan
from twin.cameras.head import CameraHead
from twin.cameras.plans import CameraPlan
from twin.cameras.survey import mount
from twin.clock import NS_PER_S, from_local
from twin.network.library import named
from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.rendering.source import TwinView
from twin.traffic.demand import DemandSpec
from twin.truth import Scene
from twin.world import Watch, World

WORKERS, FPS, SECONDS, WARMUP_S, REACH_M = 2, 2, 20, 900.0, 160.0
START_NS = from_local(date(2026, 11, 24), time(16, 30))
Shots = list[tuple[str, Scene]]
_met: dict[str, TwinView] = {}


@cache
def estate() -> tuple[CameraPlan, RoadNetwork]:
    """Return the plan and its network, once a process."""
    plan = load_plan("today")
    return plan, named(plan.network)


def shots() -> dict[str, Shots]:
    """Return what each camera has to show, in order of time, from one run of the traffic."""
    plan, network = estate()
    heads = {view: (camera, CameraHead.of(camera)) for camera in plan.cameras for view in camera.views}
    watches = []
    for view in plan.views:
        camera = mount(network, view)
        ahead = camera.position_m[:2] + 0.7 * REACH_M * camera.rotation_camera_world()[2, :2]
        watches.append(Watch(view.name, (float(ahead[0]), float(ahead[1])), REACH_M, NS_PER_S // FPS))
    world = World(network, DemandSpec(), Seed(1), START_NS, WARMUP_S)
    for _ in world.warm_up():
        pass
    found: dict[str, Shots] = {camera.name: [] for camera in plan.cameras}
    for name, scene in world.scenes(watches, START_NS + SECONDS * NS_PER_S):
        camera, head = heads[name]
        if head.looks_at(name, scene.timestamp_ns):
            found[camera.name].append((name, scene))
    return found


def render(shown: Shots) -> tuple[int, float]:
    """Render and code pictures in a worker; return how many views it keeps, and the CPU seconds it took."""
    cv2.setNumThreads(1)
    plan, network = estate()
    specs = {view.name: view for view in plan.views}
    began = process_time()
    for name, scene in shown:
        if name not in _met:
            _met[name] = TwinView(network, specs[name], Seed(1))
        _met[name].frame(scene, 0)
    return len(_met), process_time() - began


def memory(_: int) -> float:
    """Return the resident memory of a worker in MB."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> dict[str, float]:
    """Render the same seconds twice: views are set up in the first round and are there in the second."""
    found = shots()
    names = sorted(found)
    loads = [[shot for name in names[k::WORKERS] for shot in found[name]] for k in range(WORKERS)]
    pools = [ProcessPoolExecutor(1, get_context("spawn")) for _ in range(WORKERS)]
    for pool, load in zip(pools, loads, strict=True):
        pool.submit(render, load[:1]).result()
    before = sum(pool.submit(memory, 0).result() for pool in pools)
    walls, costs, views = [], [], 0
    for _ in range(2):
        began = perf_counter()
        done = [pool.submit(render, load) for pool, load in zip(pools, loads, strict=True)]
        results = [one.result() for one in done]
        walls.append(perf_counter() - began)
        views, cost = sum(kept for kept, _ in results), sum(cpu for _, cpu in results)
        costs.append(cost)
    grown = sum(pool.submit(memory, 0).result() for pool in pools) - before
    for pool in pools:
        pool.shutdown()
    frames = sum(len(load) for load in loads)
    wanted = len(names) * FPS
    vehicles = sum(len(scene.vehicles) for load in loads for _, scene in load) / max(frames, 1)
    return {
        f"cameras of `today`, {frames} frames of {SECONDS} s, vehicles within reach of a view": vehicles,
        f"frames a second of two processes, views set up (goal {wanted})": frames / walls[1],
        "frames per CPU second, views set up": frames / costs[1],
        f"frames a second while {views} views are set up as well": frames / walls[0],
        "CPU s to set up a view": (costs[0] - costs[1]) / max(views - WORKERS, 1),
        "MB a view": grown / max(views - WORKERS, 1),
    }
