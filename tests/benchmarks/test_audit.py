from benchmarks.audit import verdict

SOUND = {"name": "a", "version": "1", "vulns": []}
UNKNOWN = {"name": "b", "skip_reason": "not found"}
FLAWED = {"name": "c", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}]}


def test_packages_that_nobody_knows_are_not_called_sound() -> None:
    assert verdict([UNKNOWN, UNKNOWN]) == (
        "skipped: no advisory source knows any of 2 packages",
        0,
    )
    told, code = verdict([SOUND, UNKNOWN])
    assert (told.endswith("n=1 packages, 1 more are not known there"), code) == (True, 0)


def test_a_known_flaw_is_named_with_its_remedy() -> None:
    told, code = verdict([SOUND, FLAWED])
    assert told.splitlines()[0] == "c 2: PYSEC-1, fixed in 3"
    assert code == 1
