"""The trainer's window while the street runs at its own speed: frames a second, and the CPU it takes."""

import os
import tempfile
from pathlib import Path
from time import perf_counter, process_time

import cv2

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
SECONDS, FPS = 10.0, 30


def main() -> dict[str, float]:
    """Run the window with software drawing for some seconds; the goal is 30 frames a second."""
    import pygame  # noqa: PLC0415 - an extra

    from scenarios.cli.validation import make_spec  # noqa: PLC0415 - numba
    from scenarios.texts import Texts  # noqa: PLC0415 - beside it
    from scenarios.trainer.app import App  # noqa: PLC0415 - pygame
    from scenarios.trainer.canvas import Canvas  # noqa: PLC0415 - pygame
    from scenarios.trainer.session import Session  # noqa: PLC0415 - numba

    cv2.setNumThreads(1)
    pygame.display.init()
    pygame.font.init()
    surface = pygame.display.set_mode((1280, 720))
    with tempfile.TemporaryDirectory() as room:
        session = Session(make_spec("beruang-madu", None, None, short=True), 1, Path(room))
        app = App(session, Texts("en"), Canvas(surface), Path(room))
        for _ in range(20):
            app.frame([], 1 / FPS)
        clock, frames, slow = pygame.time.Clock(), 0, 0
        begun_s, cpu_s, before_ns = perf_counter(), process_time(), session.now_ns
        while perf_counter() - begun_s < SECONDS:
            frame_s = perf_counter()
            app.frame([], clock.tick(FPS) / 1000)
            pygame.display.flip()
            slow += perf_counter() - frame_s > 1.5 / FPS
            frames += 1
        wall_s = perf_counter() - begun_s
        ran_s = (session.now_ns - before_ns) / 1e9
    pygame.quit()
    return {
        "frames a second with software drawing (goal 30)": frames / wall_s,
        "share of frames later than half a frame": slow / frames,
        "seconds of the street a second (1 wanted)": ran_s / wall_s,
        "ms CPU a frame, street and cameras included": 1000 * (process_time() - cpu_s) / frames,
    }
