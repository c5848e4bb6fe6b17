"""Settings that people type: environment variables, and a `.env` file beside the project.

Every setting is documented in `.env.example`; a test compares the two.
"""

import os
import re
from datetime import time
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from archive.errors import UsageError

PROJECT = Path(__file__).resolve().parent.parent

_DATABASE = re.compile(
    r"postgres(ql)?://(([^@/?#%\s]|%[0-9A-Fa-f]{2})*@)?[^@/?#\s]*(/[^@/?#\s]*)?(\?[^@#\s]*)?"
)
_WEBHOOK = re.compile(r"(https?://([^\s/:@]+|\[[\da-fA-F:]+\])(:\d+)?/\S*)?")
"""Stricter than libpq and http.client, which repeat a part of the password when they do not
read it as it was meant."""

# Submission servers as the providers document them; not tried with an account.
MAIL_PROVIDERS = {
    "qq": ("smtp.qq.com", 465, "tls"),
    "163": ("smtp.163.com", 465, "tls"),
    "126": ("smtp.126.com", 465, "tls"),
    "exmail": ("smtp.exmail.qq.com", 465, "tls"),
    "aliyun": ("smtp.qiye.aliyun.com", 465, "tls"),
    "outlook": ("smtp.office365.com", 587, "starttls"),
    "gmail": ("smtp.gmail.com", 465, "tls"),
}


class SettingsError(UsageError):
    """A setting is malformed."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"setting {name}: {problem}; see .env.example")
        self.name = name


class Settings(BaseModel):
    """All settings; each field is the environment variable of the same name in capitals."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    jianbao_home: Path = Field(default_factory=lambda: default_home())
    """Where the live archive, its logs and secrets are. Never inside the checkout."""
    database_url: str = Field(default="", repr=False)
    """Any Postgres server; empty means the embedded one."""
    reader_url: str = Field(default="", repr=False)
    """The address of a role that only reads DATABASE_URL's archive; for people's tools."""
    jianbao_kind: Literal["live", "demo"] = "live"
    jianbao_sources: Path | None = None
    """A registry of one's own; empty means the one that comes with the crawler."""
    jianbao_topics: Path | None = None
    """A topic dictionary of one's own; empty means the one that comes with the crawler."""
    jianbao_allow: tuple[str, ...] = ()
    """Exact host:port pairs that the address guard lets pass; for the sample newsroom only."""
    jianbao_user_agent: str = "Jianbao/0.1 (unattended news archive)"
    crawl_cron: str = "*/30 * * * *"
    """When crawl_news runs, in cron's words, Beijing time."""
    crawl_shards: int = Field(default=2, ge=1, le=64)
    crawl_articles_per_source: int = Field(default=60, ge=1)
    crawl_pages_per_day: int = Field(default=2000, ge=1)
    """Pages of one source that are kept in 24 hours, at most."""
    crawl_links_per_day: int = Field(default=3000, ge=1)
    """New links of one source that are noted in 24 hours; more look like a trap."""
    crawl_seconds: int = Field(default=900, ge=5)
    crawl_source_seconds: int = Field(default=600, ge=1)
    """The part of a crawl's seconds that one source may take."""
    crawl_timeout: int = Field(default=30, ge=1)
    """Seconds that one request may take in all."""
    crawl_delay_factor: float = Field(default=1.0, ge=0.0)
    """Multiplies every source's delay; below 1 only for servers of one's own."""
    timezone: ZoneInfo = ZoneInfo("Asia/Shanghai")
    edition_cutoff: time = time(7, 0)
    airflow_host: str = "127.0.0.1"
    """Where Airflow's interface listens; anything but loopback is for containers."""
    airflow_port: int = Field(default=0, ge=0, le=65535)
    """Its port; 0 means a free one, chosen once and kept."""
    airflow_url: str = Field(default="", pattern=r"^(https?://[^/]+)?$")
    """Airflow's address as workers on other machines reach it; empty means this machine only."""
    broker_url: str = Field(default="", pattern=r"^(rediss?://.+)?$", repr=False)
    """The Redis that hands tasks to Celery workers; empty means Airflow's LocalExecutor."""
    celery_workers: int = Field(default=2, ge=0, le=64)
    """How many worker processes, of two tasks each, run here when there is a broker."""
    alert_webhook: SecretStr = SecretStr("")
    """Address that alerts are posted to, as JSON with the key text."""
    keep_pages_days: int = Field(default=180, ge=1)
    """How long raw pages are kept after they were fetched."""
    keep_runs_days: int = Field(default=90, ge=1)
    """How long the run log, task logs and Airflow's own history are kept."""
    backup_keep: int = Field(default=3, ge=0)
    """How many nightly backups are kept; 0 makes none."""
    summarizer_model: str = ""
    """Folder or hub id of a transformers model; empty means extractive. With a server, the name
    that it has there."""
    summarizer_url: str = Field(default="", pattern=r"^(https?://[^/\s@]+(/\S*)?)?$")
    """Base address of an OpenAI-compatible server, which then writes the summaries."""
    summarizer_key: SecretStr = SecretStr("")
    summarizer_tokens_per_day: int = Field(default=0, ge=0)
    """Tokens that the server may read and write in a day; 0 means any number."""
    smtp_preset: str = ""
    """A provider of MAIL_PROVIDERS, whose server, port and security are then known."""
    smtp_host: str = ""
    smtp_port: int = Field(default=465, ge=1, le=65535)
    smtp_security: Literal["tls", "starttls", "none"] = "tls"
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_from: str = ""
    smtp_per_minute: int = Field(default=120, ge=0)
    """Mails that are sent in a minute, at most; 0 for as many as the server takes."""
    public_url: str = Field(default="", pattern=r"^(https://[^\s<>,]+)?$")
    """Where readers reach `digest/door.py`; empty means that they cannot."""
    public_listen: str = Field(default="127.0.0.1:8790", pattern=r"^[^\s:]+:\d+$")
    """Where it listens, for the web server that PUBLIC_URL names."""
    wecom_webhook: SecretStr = SecretStr("")
    feishu_webhook: SecretStr = SecretStr("")
    feishu_secret: SecretStr = SecretStr("")
    dingtalk_webhook: SecretStr = SecretStr("")
    dingtalk_secret: SecretStr = SecretStr("")
    digest_name: str = "简报"
    digest_language: Literal["zh", "en"] = "zh"
    """Of the digest's frame; articles stay as they are."""

    @model_validator(mode="before")
    @classmethod
    def _provider(cls, values: dict[str, object]) -> dict[str, object]:
        if not (preset := values.get("smtp_preset")):
            return values
        if preset not in MAIL_PROVIDERS:
            raise ValueError(f"SMTP_PRESET is not one of {', '.join(MAIL_PROVIDERS)}")
        host, port, security = MAIL_PROVIDERS[str(preset)]
        known = {"smtp_host": host, "smtp_port": port, "smtp_security": security}
        # These providers refuse a sender that is not the account itself.
        return known | {"smtp_from": values.get("smtp_user", "")} | values

    @field_validator("jianbao_home", mode="after")
    @classmethod
    def _expand(cls, value: Path) -> Path:
        return value.expanduser()

    @field_validator("jianbao_sources", "jianbao_topics", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None

    @field_validator("jianbao_allow", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(pair.strip() for pair in value.split(",") if pair.strip())
        return value

    @field_validator("timezone", mode="before")
    @classmethod
    def _zone(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"unknown time zone {value!r}") from None

    @field_validator("database_url", "reader_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if value and not _DATABASE.fullmatch(value):
            raise ValueError(
                "is not an address like postgresql://user:password@host:5432/name; within the"
                " password write @ as %40, / as %2F, ? as %3F, # as %23 and % as %25"
            )
        return value

    @field_validator("alert_webhook", "wecom_webhook", "feishu_webhook", "dingtalk_webhook")
    @classmethod
    def _address(cls, value: SecretStr) -> SecretStr:
        if not _WEBHOOK.fullmatch(value.get_secret_value()):
            raise ValueError("is not an address like https://host/path")
        return value

    @field_validator("edition_cutoff")
    @classmethod
    def _naive(cls, value: time) -> time:
        if value.tzinfo is not None:
            raise ValueError("write it without a time zone, which TIMEZONE says")
        return value


def default_home() -> Path:
    """The user's data folder; for root a folder that the unprivileged server user can enter."""
    if os.geteuid() == 0:
        return Path("/var/lib/jianbao")
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "jianbao"


def load() -> Settings:
    """Settings from the environment, which wins, and from `.env`. Raises SettingsError."""
    values: dict[str, str] = {}
    given = _dotenv(Path(os.environ.get("JIANBAO_ENV_FILE", PROJECT / ".env"))) | dict(os.environ)
    for name in Settings.model_fields:
        if value := given.get(name.upper(), ""):
            values[name] = value
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "smtp_preset"
        # People put passwords into addresses where none belongs.
        hidden = name in secrets() or name.endswith("_url")
        raise SettingsError(
            name.upper(),
            first["msg"].removeprefix("Value error, ")
            + ("" if hidden else f" (it is {values[name]!r})"),
        ) from None


def secrets() -> set[str]:
    """The names of the settings that may hold a password: nothing repeats what they are."""
    fields = Settings.model_fields.items()
    return {name for name, field in fields if field.annotation is SecretStr or not field.repr}


def _dotenv(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError(path.name, "is not UTF-8") from None
    values = {}
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = (part.strip() for part in line.partition("="))
        if not equals:
            raise SettingsError(f"{path.name} line {number}", "is not NAME=value")
        if name not in {field.upper() for field in Settings.model_fields}:
            raise SettingsError(name, f"is not one of ours ({path.name} line {number})")
        quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
        values[name] = value[1:-1] if quoted else value
    return values
