"""`bconnect cameras publish`: virtual cameras on this machine."""

from pathlib import Path
from typing import Annotated

import typer

from scenarios.cli.terminal import Language, bars, examples, texts_for

EXAMPLES = examples(
    "bconnect cameras publish beruang-madu --only 2",
    "bconnect cameras publish beller --duration 60 --http-port 8080 --rtsp-port 8554",
    "bconnect live out/cameras/mjpeg.toml",
)


def publish(  # noqa: PLR0913 - one parameter an option
    plan: Annotated[str, typer.Argument(help="Camera plan, name or path.")],
    *,
    scenario: Annotated[str | None, typer.Option(help="Scenario; else the one that has this plan.")] = None,
    only: Annotated[str | None, typer.Option(help="The first N views, or names with commas between.")] = None,
    duration: Annotated[float | None, typer.Option(min=1, help="Seconds; else to the end.")] = None,
    speed: Annotated[float, typer.Option(min=0.1, max=20, help="How fast the evening passes.")] = 1.0,
    seed: Annotated[int, typer.Option(min=0, help="Root seed.")] = 1,
    credentials: Annotated[
        str | None, typer.Option(help="env:NAME or file:PATH of user:password that watchers need.")
    ] = None,
    http_port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 0,
    rtsp_port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 0,
    lang: Language = None,
    out: Annotated[Path, typer.Option(help="Folder for estate and site files.")] = Path("out/cameras"),
) -> None:
    """Publish the views of a plan on 127.0.0.1 as MJPEG, snapshots and, where it is installed, RTSP.

    Every picture is simulated and marked so. The estate files that it writes are for `bconnect live`.
    """
    from scenarios.cli import publishing  # noqa: PLC0415 - networkx and numba: not for `--help`

    texts = texts_for(lang)
    given = publishing.Broadcast(
        publishing.spec_for(plan, scenario, only), seed, http_port, rtsp_port, credentials, speed, duration
    )
    with bars(texts) as progress:
        end = publishing.run(given, out, texts, progress)
    publishing.show(end, texts)
