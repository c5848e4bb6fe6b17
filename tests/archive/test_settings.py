import re
import stat
from datetime import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from archive import settings
from archive.settings import PROJECT, Settings, SettingsError

EXAMPLE = PROJECT / ".env.example"


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes a .env file for the test."""
    path = tmp_path / ".env"
    monkeypatch.setenv("JIANBAO_ENV_FILE", str(path))

    def write(text: str | bytes) -> None:
        path.write_bytes(text.encode() if isinstance(text, str) else text)

    return write


def test_without_any_setting_the_defaults_hold(env_file: Any) -> None:
    loaded = settings.load()
    assert loaded == Settings()
    assert (loaded.jianbao_kind, loaded.database_url) == ("live", "")
    assert (loaded.edition_cutoff, loaded.timezone) == (time(7), ZoneInfo("Asia/Shanghai"))


def test_settings_come_from_the_file_and_the_environment_wins(
    env_file: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    env_file("CRAWL_SHARDS=4\nCRAWL_SECONDS=60\n")
    monkeypatch.setenv("CRAWL_SHARDS", "8")
    assert (settings.load().crawl_shards, settings.load().crawl_seconds) == (8, 60)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("SMTP_PASSWORD=授权码", "授权码"),
        ("SMTP_PASSWORD = spaced ", "spaced"),
        ("SMTP_PASSWORD='quoted'", "quoted"),
        ('SMTP_PASSWORD="quoted"', "quoted"),
        ("SMTP_PASSWORD=a=b#c", "a=b#c"),
        ("SMTP_PASSWORD=it's'", "it's'"),
        ("SMTP_PASSWORD='", "'"),
        ("SMTP_PASSWORD='a\"", "'a\""),
        ("\ufeffSMTP_PASSWORD=bom", "bom"),
        ("# SMTP_PASSWORD=no\n\nSMTP_PASSWORD=yes", "yes"),
    ],
)
def test_a_line_of_the_file(env_file: Any, line: str, value: str) -> None:
    env_file(line)
    assert settings.load().smtp_password.get_secret_value() == value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("SMTP_HOST=a\nSMTP_PORT 465\n", r"\.env line 2: is not NAME=value"),
        ("CRAWL_SHARD=4", r"CRAWL_SHARD: is not one of ours \(\.env line 1\)"),
        ("crawl_shards=4", "crawl_shards: is not one of ours"),
        ("export CRAWL_SHARDS=4", "export CRAWL_SHARDS: is not one of ours"),
        ("DIGEST_NAME=简报".encode("gbk"), r"\.env: is not UTF-8"),
    ],
)
def test_a_malformed_file_is_one_line(env_file: Any, text: str | bytes, told: str) -> None:
    env_file(text)
    with pytest.raises(SettingsError, match=told) as caught:
        settings.load()
    assert str(caught.value).endswith("see .env.example")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CRAWL_SHARDS", "two"),
        ("CRAWL_SHARDS", "0"),
        ("CRAWL_DELAY_FACTOR", "nan"),
        ("JIANBAO_KIND", "test"),
        ("TIMEZONE", "Beijing"),
        ("TIMEZONE", "../localtime"),
        ("EDITION_CUTOFF", "7"),
        ("EDITION_CUTOFF", "24:00"),
        ("EDITION_CUTOFF", "07:00+08:00"),
        ("SMTP_PORT", "65536"),
        ("SMTP_SECURITY", "ssl"),
    ],
)
def test_a_wrong_value_is_told_with_its_setting(
    env_file: Any, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        settings.load()
    assert caught.value.name == name
    assert str(caught.value).startswith(f"setting {name}: ")
    assert f"(it is {value!r})" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_misspelt_setting_of_a_program_is_refused() -> None:
    with pytest.raises(ValueError, match="crawl_shard"):
        Settings(crawl_shard=2)


def test_lists_are_written_with_commas(env_file: Any) -> None:
    env_file("JIANBAO_ALLOW=127.0.0.1:8001, 127.0.1.2:8002,")
    assert settings.load().jianbao_allow == ("127.0.0.1:8001", "127.0.1.2:8002")


def test_secrets_are_not_shown(env_file: Any) -> None:
    env_file("SMTP_PASSWORD=授权码\nSUMMARIZER_KEY=授权码")
    assert settings.load().summarizer_key.get_secret_value() == "授权码"
    assert "授权码" not in f"{settings.load()!r} {settings.load()} {settings.load().model_dump()}"


@pytest.mark.parametrize(
    ("uid", "home"), [(0, "/var/lib/jianbao"), (1000, "/home/an/.local/share/jianbao")]
)
def test_where_the_archive_is(monkeypatch: pytest.MonkeyPatch, uid: int, home: str) -> None:
    monkeypatch.setattr("os.geteuid", lambda: uid)
    monkeypatch.setenv("HOME", "/home/an")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    assert settings.default_home() == Path(home)
    monkeypatch.setenv("XDG_DATA_HOME", "/srv/an")
    assert settings.default_home() == Path("/srv/an/jianbao" if uid else home)


def test_the_example_lists_exactly_the_settings() -> None:
    names = re.findall(r"^#? ?([A-Z][A-Z0-9_]*)=", EXAMPLE.read_text(encoding="utf-8"), re.M)
    assert sorted(names) == sorted(name.upper() for name in Settings.model_fields)


def test_the_example_states_the_defaults(env_file: Any) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    env_file(re.sub(r"^#? ?([A-Z][A-Z0-9_]*=)", r"\1", text, flags=re.M))
    assert settings.load() == Settings()


def test_the_example_can_be_copied_as_it_is(env_file: Any) -> None:
    env_file(EXAMPLE.read_bytes())
    assert settings.load() == Settings()
    assert stat.S_IMODE(EXAMPLE.stat().st_mode) & 0o111 == 0


def test_a_mail_preset_knows_the_server_and_sends_as_the_user() -> None:
    given = Settings(smtp_preset="qq", smtp_user="brief@qq.com")
    assert (given.smtp_host, given.smtp_port, given.smtp_security) == ("smtp.qq.com", 465, "tls")
    assert given.smtp_from == "brief@qq.com"
    assert Settings(smtp_preset="outlook").smtp_security == "starttls"


def test_what_is_set_wins_over_the_preset() -> None:
    assert Settings(smtp_preset="163", smtp_port=994).smtp_port == 994


def test_an_unknown_preset_names_the_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_PRESET", "hotmale")
    with pytest.raises(SettingsError, match="exmail"):
        settings.load()


def test_a_malformed_address_is_not_shown_with_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("READER_URL", "mysql://reader:geheim@host/news")
    with pytest.raises(settings.SettingsError) as raised:
        settings.load()
    assert "READER_URL" in str(raised.value)
    assert "geheim" not in str(raised.value)
