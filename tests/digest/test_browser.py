import html
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archive.edition_models import Corrected, KeyFigure, Material, Rising
from digest.compose import compose

pytestmark = pytest.mark.browser

LOOKS = [(width, mode) for width in (360, 800) for mode in ("light", "dark")]
SHEET = {"light": "rgb(255, 255, 255)", "dark": "rgb(28, 27, 26)"}
# The width and the colour scheme of a frame are the media that the mail inside it sees.
FRAME = '<iframe style="width:{}px;height:900px;border:0;color-scheme:{}" srcdoc="{}"></iframe>'
SCRIPT = """
onload = () => document.body.textContent = JSON.stringify(Array.from(frames, frame => {
  const page = frame.document, sheet = page.querySelector('.sheet')
  const paper = node => {
    const colour = frame.getComputedStyle(node).backgroundColor
    return colour === 'rgba(0, 0, 0, 0)' ? paper(node.parentElement) : colour
  }
  const written = Array.from(page.querySelectorAll('.sheet *')).filter(
    node => Array.from(node.childNodes).some(part => part.nodeType === 3 && part.data.trim()))
  return {width: page.documentElement.scrollWidth, sheet: sheet.offsetWidth,
    paper: paper(sheet), body: frame.getComputedStyle(page.querySelector('p.body')).fontSize,
    inks: written.map(node => [frame.getComputedStyle(node).color, paper(node)])}
}))
"""

Render = Callable[[str], dict[tuple[int, str], dict[str, Any]]]


@pytest.fixture(scope="session")
def chromium() -> str:
    if found := shutil.which("chromium"):
        return found
    if os.environ.get("CI") == "true":
        pytest.fail("no chromium on PATH")
    pytest.skip("no chromium on PATH")


@pytest.fixture
def rendered(chromium: str, tmp_path: Path) -> Render:
    """What Chromium makes of a mail, for each width and colour scheme."""

    def render(mail: str) -> dict[tuple[int, str], dict[str, Any]]:
        frames = "".join(FRAME.format(*look, html.escape(mail)) for look in LOOKS)
        page = tmp_path / "page.html"
        page.write_text(f"<!doctype html><body>{frames}<script>{SCRIPT}</script>", "utf-8")
        command = [chromium, "--headless", "--hide-scrollbars", "--disable-gpu"]
        command += ["--disable-dev-shm-usage", "--disable-background-networking"]
        command += [f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", page.as_uri()]
        command += ["--no-sandbox"] if os.geteuid() == 0 else []
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        found = re.search(r"<body>(\[.*\])</body>", done.stdout, re.DOTALL)
        assert found, done.stdout[-2000:] + done.stderr[-2000:]
        return dict(zip(LOOKS, json.loads(found[1]), strict=True))

    return render


def contrast(*colours: str) -> float:
    """The ratio of two colours' luminance as WCAG defines it, from 1 to 21."""

    def luminance(colour: str) -> float:
        shares = [int(value) / 255 for value in re.findall(r"\d+", colour)[:3]]
        linear = [s / 12.92 if s <= 0.03928 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
        return sum(s * weight for s, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))

    darker, lighter = sorted(map(luminance, colours))
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_the_strongest_contrast() -> None:
    assert contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)") == pytest.approx(21)
    assert contrast("rgb(119, 119, 119)", "rgb(255, 255, 255)") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("is_empty", [False, True], ids=["full day", "empty day"])
def test_it_fits_the_phone_and_the_desk_and_can_be_read_by_day_and_by_night(
    is_empty: bool, full: Material, rendered: Render
) -> None:
    material = Material(full.window, (), full.sources) if is_empty else full
    for (width, mode), seen in rendered(compose(material, "简报").html).items():
        assert seen["width"] == width
        assert seen["sheet"] == min(width, 600)
        assert seen["paper"] == SHEET[mode]
        assert seen["body"] == ("16px" if width == 360 else "15px")
        faint = {(ink, paper) for ink, paper in seen["inks"] if contrast(ink, paper) < 4.5}
        assert faint == set()


def test_words_without_a_break_do_not_widen_it(newsday: Material, rendered: Render) -> None:
    wide = "W" * 400
    story = replace(
        newsday.stories[0],
        title=wide,
        summary=wide,
        source_name=wide,
        topic=wide,
        technologies=(wide,) * 3,
        copies=((wide, "https://a.test/"),) * 2,
        reports=((wide, wide, "https://a.test/"),) * 2,
    )
    sources = tuple(replace(source, name=wide) for source in newsday.sources)
    figure = KeyFigure(f"{wide}营收", wide, "flow", wide, wide, "conflict", wide, wide)
    changed = Corrected(1, wide, "https://a.test/", wide, newsday.window.start, wide, wide)
    material = Material(
        newsday.window,
        (replace(story, figures=(figure, replace(figure, subject="当季营收"))),),
        sources,
        corrections=(changed,),
        rising=(Rising(wide, 9, 0.5), Rising("芯片", 2, 0)),
    )
    for (width, _), seen in rendered(compose(material, wide).html).items():
        assert seen["width"] == width
