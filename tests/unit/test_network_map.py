import io
from dataclasses import replace
from pathlib import Path

import pytest
from matplotlib.image import imread
from matplotlib.text import Text
from typer.testing import CliRunner

from scenarios.cli import network as network_cli
from scenarios.reports.network_map import draw_network, network_figure
from tests.network_files import OSM
from twin.network.importers import load_network
from twin.network.model import NetworkError, Place, RoadNetwork


@pytest.fixture(name="file")
def _file(tmp_path: Path) -> Path:
    file = tmp_path / "town.osm"
    file.write_text(OSM)
    return file


@pytest.fixture(name="network")
def _network(file: Path) -> RoadNetwork:
    network = load_network(file)
    place = Place("Simpang $5", "site", network.origin_lonlat, (0.0, 0.0))
    far = Place("Far away", "site", (0.0, 0.0), (1e6, 1e6))
    roads = tuple(replace(road, zone="ktl" if road.priority == 3 else "") for road in network.roads)
    return replace(network, places=(place, far), roads=roads)


def test_the_map_names_what_it_shows(network: RoadNetwork) -> None:
    figure = network_figure(
        network, cameras=[("cam-1", 10.0, 5.0), ("cam-far", 1e6, 0.0)], highlight_zone="ktl"
    )
    figure.savefig(io.StringIO(), format="svg")
    shown = {text.get_text() for text in figure.findobj(Text)}
    assert {"town", network.attribution, "signals", "arterial", "50 m", "cam-1", "ktl"} <= shown
    assert r"Simpang \$5" in shown
    assert not shown & {"cam-far", "Far away"}


def test_the_map_may_be_cut(network: RoadNetwork) -> None:
    figure = network_figure(network, extent=(-20.0, 20.0, -10.0, 10.0))
    assert figure.axes[0].get_xlim() == (-20.0, 20.0)


def test_png(network: RoadNetwork, tmp_path: Path) -> None:
    draw_network(network, tmp_path / "map.png")
    picture = imread(tmp_path / "map.png")
    assert picture.shape[0] > 500
    assert picture[..., :3].std() > 0.02  # something is drawn
    with pytest.raises(NetworkError, match="expected a place for the picture"):
        draw_network(network, tmp_path / "none" / "map.png")


def test_import_command(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "town.json"
    done = CliRunner().invoke(network_cli.app, ["import", str(file), "--out", str(out), "--lang", "en"])
    assert done.exit_code == 0, done.output
    for said in ("junctions", "restriction relations", "Traffic drives on the left.", "town.json"):
        assert said in done.output
    assert load_network(out).left_hand


def test_import_on_the_right(file: Path) -> None:
    done = CliRunner().invoke(network_cli.app, ["import", str(file), "--right", "--lang", "en"])
    assert "Traffic drives on the right." in done.output


def test_nothing_is_written_for_a_bad_file(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="expected a file"):
        network_cli.import_network(tmp_path / "none.osm", tmp_path / "out.json")
    assert not (tmp_path / "out.json").exists()


def test_show_command(file: Path, tmp_path: Path) -> None:
    pytest.importorskip("twin.network.library", reason="no built-in networks yet")
    png = tmp_path / "town.png"
    done = CliRunner().invoke(network_cli.app, ["show", str(file), "--png", str(png)])
    assert done.exit_code == 0, done.output
    assert png.stat().st_size > 10_000
    with pytest.raises(NetworkError):
        network_cli.show_network("atlantis", png)


def test_help_has_examples() -> None:
    for command in ([], ["import"], ["show"]):
        assert "bconnect network" in CliRunner().invoke(network_cli.app, [*command, "--help"]).output
