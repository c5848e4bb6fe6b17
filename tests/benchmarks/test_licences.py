import re

from archive.settings import PROJECT
from benchmarks.licences import ALLOWED, PAGE, licence, locked


def test_every_locked_package_has_a_licence_that_is_allowed() -> None:
    rows = re.findall(r"^\| (\S+) \| (.+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)[1:]
    assert [name for name, _ in rows] == locked()
    refused = [row for row in rows if not ALLOWED.search(row[1]) and "not for" not in row[1]]
    assert refused == []


def test_what_is_installed_is_asked() -> None:
    assert licence("scrapy") == "BSD-3-Clause"
    assert licence("no-such-package") == ""
    assert not ALLOWED.search("GNU General Public License v3 (GPLv3)")
    assert (PROJECT / "LICENSE").is_file()
