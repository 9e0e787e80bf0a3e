"""Every setting of mercato: its name, its default and a sentence; help, docs and `mercato doctor` print this table."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_dir


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: the environment variable that sets it, its default and what it does; `secret` is never shown."""

    variable: str
    default: str
    meaning: str
    secret: bool = False

    @property
    def value(self) -> str:
        """The value in force: the environment's, else the default."""
        return os.environ.get(self.variable) or self.default


HOME = Setting("MERCATO_HOME", user_data_dir("mercato", appauthor=False), "Folder of the user's ledger and register.")
LEDGER = Setting(
    "MERCATO_LEDGER", "", "Path or PostgreSQL address of the ledger; empty means `ledger.sqlite` in MERCATO_HOME."
)
REGISTER = Setting(
    "MERCATO_REGISTER", "", "Path of the user's register; empty means `register.sqlite` in MERCATO_HOME."
)
TIMEOUT = Setting("MERCATO_TIMEOUT", "20", "Seconds after which fetching one address is given up.")
MAX_BYTES = Setting("MERCATO_MAX_BYTES", "10000000", "Largest page or document, in bytes after decoding.")
USER_AGENT = Setting(
    "MERCATO_USER_AGENT",
    "mercato/0.1 (reads transfer news; set MERCATO_USER_AGENT to your contact address)",
    "What mercato calls itself when it asks a site for a page.",
)

REGISTER_SOURCE = Setting(
    "MERCATO_REGISTER_SOURCE",
    "https://raw.githubusercontent.com/withqwerty/reep/main/data/",
    "Where `mercato register update` finds people.csv, teams.csv and names.csv: an address or a folder.",
)
SOURCES = Setting(
    "MERCATO_SOURCES", "", "Path of the list of what is watched; empty means `sources.yaml` in MERCATO_HOME."
)
WATCH = Setting("MERCATO_WATCH", "", "Path of what the watch remembers; empty means `watch.sqlite` in MERCATO_HOME.")
ALLOWED_HOSTS = Setting(
    "MERCATO_ALLOWED_HOSTS",
    "",
    "Hosts, with commas between them, that may be fetched though they lie on this machine or in a private network.",
)

TOKEN = Setting(
    "MERCATO_TOKEN",
    "",
    "The secret that lets programs add documents and verdicts over the API; empty means that nobody can.",
    secret=True,
)

HOSTS = Setting(
    "MERCATO_HOSTS",
    "",
    "Names, with commas between them, that `mercato serve` answers to besides this machine's own; * is any.",
)
MODEL_URL = Setting(
    "MERCATO_MODEL_URL",
    "",
    "Address of an OpenAI-compatible endpoint for `--reader model`, up to and without /chat/completions.",
)
MODEL = Setting("MERCATO_MODEL", "", "Name of the model that is asked there.")
MODEL_KEY = Setting("MERCATO_MODEL_KEY", "", "Key that is sent to that endpoint; empty sends none.", secret=True)
MODEL_TIMEOUT = Setting("MERCATO_MODEL_TIMEOUT", "120", "Seconds after which one answer of the model is given up.")
MODEL_PRICE = Setting(
    "MERCATO_MODEL_PRICE", "", "Price of a million tokens in and out, such as 0.15/0.60; then the cost is told."
)

CONFIDENCE = Setting(
    "MERCATO_CONFIDENCE",
    "",
    "Path of what `mercato train-reader` fitted on your annotations; empty means the confidence that is shipped.",
)
THRESHOLD = Setting(
    "MERCATO_THRESHOLD",
    "",
    "Least confidence of a claim that is told, from 0 to 1; empty means the one chosen when confidence was fitted.",
)

ALERTS = Setting("MERCATO_ALERTS", "", "Path of the rules of alerts; empty means `alerts.yaml` in MERCATO_HOME.")
MAIL_SERVER = Setting("MERCATO_MAIL_SERVER", "", "Server that alerts by mail go through, as host:port.")
MAIL_FROM = Setting("MERCATO_MAIL_FROM", "", "Address that alerts by mail come from.")
MAIL_USER = Setting("MERCATO_MAIL_USER", "", "Name to log in with at the mail server; empty means none is asked for.")
MAIL_PASSWORD = Setting("MERCATO_MAIL_PASSWORD", "", "Password that goes with it.", secret=True)

SETTINGS: tuple[Setting, ...] = (
    HOME,
    LEDGER,
    REGISTER,
    TIMEOUT,
    MAX_BYTES,
    USER_AGENT,
    SOURCES,
    WATCH,
    ALLOWED_HOSTS,
    REGISTER_SOURCE,
    TOKEN,
    HOSTS,
    MODEL_URL,
    MODEL,
    MODEL_KEY,
    MODEL_TIMEOUT,
    MODEL_PRICE,
    CONFIDENCE,
    THRESHOLD,
    ALERTS,
    MAIL_SERVER,
    MAIL_FROM,
    MAIL_USER,
    MAIL_PASSWORD,
)


def home() -> Path:
    """The user's folder; not created here."""
    return Path(HOME.value).expanduser()


def ledger_path() -> Path:
    """Where the ledger lies."""
    return Path(LEDGER.value).expanduser() if LEDGER.value else home() / "ledger.sqlite"


def register_path() -> Path:
    """Where the user's own register lies."""
    return Path(REGISTER.value).expanduser() if REGISTER.value else home() / "register.sqlite"


def sources_path() -> Path:
    """Where the list of what is watched lies."""
    return Path(SOURCES.value).expanduser() if SOURCES.value else home() / "sources.yaml"


def watch_path() -> Path:
    """Where the watch keeps what it remembers."""
    return Path(WATCH.value).expanduser() if WATCH.value else home() / "watch.sqlite"


def allowed_hosts() -> frozenset[str]:
    """The hosts that are allowed by name though they lie inside."""
    return frozenset(host.strip().lower() for host in ALLOWED_HOSTS.value.split(",") if host.strip())


def alerts_path() -> Path:
    """Where the rules of alerts lie."""
    return Path(ALERTS.value).expanduser() if ALERTS.value else home() / "alerts.yaml"
