import html
import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from archive.models import Material
from digest.compose import compose

CHROMIUM = shutil.which("chromium")
WIDTHS, MODES = (360, 800), ("light", "dark")
SHEET = {"light": "rgb(255, 255, 255)", "dark": "rgb(28, 27, 26)"}
# The width and the colour scheme of a frame are the media that the mail inside it sees.
PAGE = """<!doctype html><body>{frames}<script>
onload = () => document.body.textContent = JSON.stringify(Array.from(frames, frame => {{
  const page = frame.document, sheet = page.querySelector('.sheet')
  return {{width: page.documentElement.scrollWidth, sheet: sheet.offsetWidth,
    colour: frame.getComputedStyle(sheet).backgroundColor,
    text: frame.getComputedStyle(page.querySelector('p.body')).fontSize}}
}}))
</script>"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on PATH"),
]


def rendered(edition_html: str, folder: Path) -> dict[tuple[int, str], dict[str, object]]:
    """What Chromium makes of the mail, for each width and colour scheme."""
    looks = [(width, mode) for width in WIDTHS for mode in MODES]
    frames = "".join(
        f'<iframe style="width:{width}px;height:900px;border:0;color-scheme:{mode}"'
        f' srcdoc="{html.escape(edition_html)}"></iframe>'
        for width, mode in looks
    )
    page = folder / "page.html"
    page.write_text(PAGE.format(frames=frames), encoding="utf-8")
    command = [
        str(CHROMIUM),
        "--headless",
        "--hide-scrollbars",
        "--disable-gpu",
        "--disable-dev-shm-usage",
    ]
    command += [f"--user-data-dir={folder / 'profile'}", "--dump-dom", page.as_uri()]
    command += ["--no-sandbox"] if os.geteuid() == 0 else []
    dom = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout
    found = re.search(r"<body>(\[.*\])</body>", dom, re.DOTALL)
    assert found, dom[-2000:]
    return dict(zip(looks, json.loads(found[1]), strict=True))


def test_it_fits_the_phone_and_the_desk_by_day_and_by_night(
    newsday: Material, tmp_path: Path
) -> None:
    looks = rendered(compose(newsday, "简报").html, tmp_path)
    for (width, mode), seen in looks.items():
        assert seen["width"] == width
        assert seen["sheet"] == min(width, 600)
        assert seen["colour"] == SHEET[mode]
        assert seen["text"] == ("16px" if width == 360 else "15px")


def test_words_without_a_break_do_not_widen_it(newsday: Material, tmp_path: Path) -> None:
    wide = "W" * 400
    story = replace(
        newsday.stories[0],
        title=wide,
        summary=wide,
        source_name=wide,
        topic=wide,
        technologies=(wide,) * 3,
        copies=((wide, "https://a.test/"),) * 2,
    )
    sources = tuple(replace(source, name=wide) for source in newsday.sources)
    material = Material(newsday.window, (story,), sources)
    for (width, _), seen in rendered(compose(material, wide).html, tmp_path).items():
        assert seen["width"] == width
