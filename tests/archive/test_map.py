import re
from pathlib import Path

import archive


def test_the_map_of_the_room_names_every_module() -> None:
    named = set(re.findall(r"\w+", archive.__doc__))
    there = {path.stem for path in Path(archive.__file__).parent.glob("[a-z]*.py")}
    assert there <= named, there - named
