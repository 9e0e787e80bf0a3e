"""A PostgreSQL server of the tests' own: made in a temporary folder, on loopback, by an unprivileged user."""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

_numbers = itertools.count()
_ENVIRONMENT = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}


def binaries() -> Path | None:
    """The folder of initdb and pg_ctl, of the newest version that is there."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _user() -> str | None:
    """Who runs the server: PostgreSQL refuses to be run by the superuser."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in known), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Cluster:
    """A server that can be stopped, killed and started again. It keeps its durable settings: fsync is on."""

    programs: Path
    folder: Path
    port: int = field(default_factory=_free_port)
    _server: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        self._run("initdb", "-D", "data", "-U", "mercato", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")

    def start(self) -> None:
        """Start it as a child of ours, so that a killed one does not stay as a dead entry in the process table."""
        options = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [self.programs / "postgres", "-D", "data", *settings, "-c", "shared_buffers=32MB"],
                cwd=self.folder,
                user=_user(),
                stdout=log,
                stderr=log,
                env=_ENVIRONMENT,
            )
        deadline = time.monotonic() + 60
        while not self._answers():
            if time.monotonic() > deadline or self._server.poll() is not None:
                pytest.fail(f"the server does not start: {(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.address(), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        if self._server is not None:
            self._server.send_signal(signal.SIGQUIT)  # at once, without folding anything
            self._server.wait(30)

    def kill(self) -> None:
        """kill -9 on the server's first process and on all that serve connections."""
        assert self._server is not None
        listed = ["ps", "-o", "pid=", "--ppid", str(self._server.pid)]
        children = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split()
        self._server.kill()
        for pid in map(int, children):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._server.wait(30)

    def address(self, database: str = "postgres") -> str:
        return f"postgresql://mercato@127.0.0.1:{self.port}/{database}"

    def new_address(self) -> str:
        """The address of a new, empty schema."""
        import psycopg

        schema = f"ledger_{next(_numbers)}"
        with psycopg.connect(self.address(), autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {schema}".encode())
        return f"{self.address()}?options=-csearch_path%3D{schema}"

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self.programs / program, *arguments],
            cwd=self.folder,
            user=_user(),
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
        )


@contextlib.contextmanager
def running() -> Iterator[Cluster]:
    """A server for as long as it is needed; the test is skipped where PostgreSQL or psycopg is not installed."""
    programs = binaries()
    if programs is None:
        pytest.skip("no PostgreSQL server here (Debian: apt-get install postgresql): tested on SQLite alone")
    pytest.importorskip("psycopg", reason="no psycopg here (pip install 'mercato[postgres]'): tested on SQLite alone")
    folder = Path(tempfile.mkdtemp(prefix="mercato-postgres-"))
    user = _user()
    if user is not None:
        shutil.chown(folder, user)
    cluster = Cluster(programs, folder)
    try:
        cluster.make()
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
