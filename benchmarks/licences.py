"""The licence of every locked package, as its own metadata states it.

python -m benchmarks.licences

Writes docs/reference/licences.md; 1 is returned when a licence is none of those allowed.
"""

import re
import sys
from importlib import metadata

from archive.settings import PROJECT

PAGE = PROJECT / "docs" / "reference" / "licences.md"
LOCK = PROJECT / "requirements.lock"
ALLOWED = re.compile(
    r"MIT|Apache|BSD|ISC|PSF|Python Software|Zlib|MPL|Mozilla|LGPL|Lesser|Unlicense|Public Domain"
    r"|HPND|CNRI|Artistic|ZPL|Zope|0BSD|CC0|BlueOak",
    re.IGNORECASE,
)
"""Permissive licences, and those that bind only changes of the package itself."""
HEAD = """\
# Licences 许可证

What every package of `requirements.lock` states as its licence; written by
`python -m benchmarks.licences`. Why the direct ones are there: `docs/decisions/dependencies.md`.
各依赖包自己声明的许可证，由上述命令生成。

| package | licence |
|---|---|
"""


def locked() -> list[str]:
    """The names in the lock."""
    text = LOCK.read_text(encoding="utf-8")
    return list(dict.fromkeys(re.findall(r"^([\w.-]+)==", text, re.MULTILINE)))


def licence(name: str) -> str:
    """What a package says of its licence; empty if it is not installed here."""
    try:
        about = metadata.metadata(name).json
    except metadata.PackageNotFoundError:
        return ""
    classes = [
        text.rpartition(" :: ")[2]
        for text in about.get("classifier", [])
        if text.startswith("License :: ") and not text.endswith("OSI Approved")
    ]
    stated = about.get("license_expression") or "; ".join(classes) or about.get("license") or ""
    return " ".join(str(stated).split())[:80] or "not stated"


def main() -> int:
    rows = {name: licence(name) for name in locked()}
    lines = (f"| {name} | {text or 'not for this platform'} |\n" for name, text in rows.items())
    PAGE.write_text(HEAD + "".join(lines), encoding="utf-8")
    strange = {name: text for name, text in rows.items() if text and not ALLOWED.search(text)}
    for name, text in strange.items():
        print(f"{name}: {text}")
    print(f"licences not allowed   {len(strange):5d}  goal 0  n={len(rows)} packages")
    return int(bool(strange))


if __name__ == "__main__":
    sys.exit(main())
