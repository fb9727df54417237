import shutil
import subprocess
from pathlib import Path

import cv2
import pytest

from scenarios.reports.report import write_report
from scenarios.score import score
from tests.synthetic_run import evening

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium")
def test_a_browser_draws_the_report_without_a_network(tmp_path: Path) -> None:
    result = evening(tmp_path)
    page = write_report([result], [score(result)], tmp_path)
    shot = tmp_path / "report.png"
    offline = ("--host-resolver-rules=MAP * ~NOTFOUND", "--disable-background-networking")
    still = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1280,2400")
    home = f"--user-data-dir={tmp_path / 'home'}"
    done = subprocess.run(
        [str(CHROMIUM), *still, *offline, home, f"--screenshot={shot}", page.as_uri()],
        capture_output=True,
        text=True,
        timeout=90,
        check=True,
    )
    assert "Uncaught" not in done.stderr
    picture = cv2.imread(str(shot))
    assert picture.shape[:2] == (2400, 1280)
    assert picture[20, 20].tolist() == pytest.approx([69, 37, 11], abs=12)  # the navy of the header band
    assert picture[600:].std() > 20  # maps, pictures and tables below it
