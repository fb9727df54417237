"""The quiz in a real browser: keys, touches, languages, the score; no network."""

import html
import re
import shutil
import subprocess
from pathlib import Path

import cv2
import pytest

from scenarios.desk.questions import Question, questions
from scenarios.desk.quiz import quiz_page
from tests.desk_result import desk_result

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium"),
]
PLAY = """
<script>
function key(name) { document.dispatchEvent(new KeyboardEvent("keydown", {key: name, bubbles: true})); }
function touch(id) { document.getElementById(id).click(); }
%s
</script>
</body>"""


@pytest.fixture(scope="module", name="asked")
def _asked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Question, ...]:
    out = tmp_path_factory.mktemp("browser") / "desk"
    desk_result(out)
    return questions(out, 20, seed=1)


def browse(page: Path, *options: str) -> str:
    """Return what a browser without a network makes of a page, as text of its document."""
    offline = ("--host-resolver-rules=MAP * ~NOTFOUND", "--disable-background-networking")
    still = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1100,1500")
    home = f"--user-data-dir={page.parent / 'home'}"
    done = subprocess.run(
        [str(CHROMIUM), *still, *offline, home, *options, page.as_uri()],
        capture_output=True,
        text=True,
        timeout=180,
        check=True,
    )
    assert "Uncaught" not in done.stderr
    return done.stdout


def played(asked: tuple[Question, ...], folder: Path, script: str, language: str = "en") -> str:
    """Return the words that a page shows after a script has played on it."""
    page = folder / "played.html"
    page.write_text(quiz_page(asked, language).replace("</body>", PLAY % script), encoding="utf-8")
    shown = browse(page, "--dump-dom")
    body = re.sub(r"<(script|style).*?</\1>", " ", shown, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_by_keys_who_accuses_everybody_is_told_whom_he_wronged(
    asked: tuple[Question, ...], tmp_path: Path
) -> None:
    all_accepted = f"for (let n = 0; n < {len(asked)}; n++) {{ key('a'); key('ArrowRight'); }} key('s');"
    said = played(asked, tmp_path, all_accepted)
    assert "Wrong accusations: 6 of 6 wrong cases" in said
    assert "Violations let go: 0 of 4 right cases" in said
    assert "Points: -26 of 10" in said  # 4 right decisions, 6 wrong accusations
    assert said.count("You accused somebody wrongly") == 6
    assert said.count("Made for practice") == 4
    assert "The vehicle in the case did nothing of the kind." in said


def test_by_touch_who_judges_well_and_changes_his_mind_is_right(
    asked: tuple[Question, ...], tmp_path: Path
) -> None:
    touches = ["touch('reject'); touch('accept'); touch('next'); touch('back');"]
    for number, one in enumerate(asked):
        touches.append(f"touch('{'accept' if one.right else 'reject'}');")
        touches.append("touch('score');" if number == len(asked) - 1 else "touch('next');")
    said = played(asked, tmp_path, "\n".join([*touches, "touch('lang-id');"]))
    assert "Tuduhan salah: 0 dari 6 kasus yang salah" in said
    assert "Poin: 10 dari 10" in said
    assert said.count("Anda benar") == 10
    assert "Tidak ada tuduhan salah." in said


def test_what_was_decided_is_in_the_address_and_survives_a_reload(
    asked: tuple[Question, ...], tmp_path: Path
) -> None:
    page = tmp_path / "quiz.html"
    page.write_text(quiz_page(asked, "id"), encoding="utf-8")
    shot = tmp_path / "quiz.png"
    browse(page, f"--screenshot={shot}")
    picture = cv2.imread(str(shot))
    assert picture.shape[:2] == (1500, 1100)
    assert picture[20, 400].tolist() == pytest.approx([69, 37, 11], abs=12)  # the navy of the header
    assert picture[300:1200].std() > 20  # statement and pictures
    said = played(asked, tmp_path, "location.hash = '#ar' + '-'.repeat(8); restore(); show(true);", "id")
    assert "Kasus 3 dari 10" in said
