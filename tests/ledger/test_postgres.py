"""What only a server can do wrong: unreachable, foreign, without rights, gone in the middle, set to lose data."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mercato.errors import LedgerError
from mercato.interfaces.health import examine
from mercato.ledger import Ledger
from mercato.ledger.address import as_place, is_address, shown
from tests.ledger.cluster import Cluster, running
from tests.ledger.made import claim, document

psycopg = pytest.importorskip("psycopg")


@pytest.mark.parametrize(
    ("address", "printed"),
    [
        ("postgresql://me:secret@db.example:5432/news", "postgresql://me@db.example:5432/news"),
        ("postgres://db/news?password=secret&sslmode=require", "postgres://db/news?sslmode=require"),
        ("postgresql://me:se%40cret@[::1]/news", "postgresql://me@[::1]/news"),
    ],
)
def test_a_password_is_never_printed(address: str, printed: str) -> None:
    assert is_address(as_place(address))
    assert shown(address) == printed


def test_no_server_is_a_clear_error_without_the_password() -> None:
    with pytest.raises(LedgerError, match=r"postgresql://me@127\.0\.0\.1:1/news: no connection") as refused:
        Ledger.open("postgresql://me:secret@127.0.0.1:1/news")
    assert "secret" not in str(refused.value)


def test_an_unknown_option_in_the_address() -> None:
    with pytest.raises(LedgerError, match="nonsense"):
        Ledger.open("postgresql://me:secret@127.0.0.1:1/news?nonsense=1")


def test_without_psycopg_the_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from mercato.ledger import Ledger\n"
        "try: Ledger.open('postgresql://localhost/x')\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.startswith("LedgerError")
    assert "pip install 'mercato[postgres]'" in said


def test_a_schema_with_other_tables_is_left_alone(cluster: Cluster) -> None:
    address = cluster.new_address()
    with psycopg.connect(address) as theirs:
        theirs.execute("CREATE TABLE theirs (a int)")
    with pytest.raises(LedgerError, match=r"theirs.*schema of its own"):
        Ledger.open(address)


def test_two_schemas_are_two_ledgers_with_two_locks(cluster: Cluster) -> None:
    with Ledger.open(cluster.new_address()) as one, Ledger.open(cluster.new_address(), wait=0.05) as other:
        with one.writing():
            other.append(document(), [])
        assert one.counts().documents == 0


def test_a_database_that_is_not_utf_8(cluster: Cluster) -> None:
    with psycopg.connect(cluster.address(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'")
    with pytest.raises(LedgerError, match=r"LATIN1.*UTF8"):
        Ledger.open(cluster.address("latin"))


def test_without_the_right_to_make_tables(cluster: Cluster) -> None:
    address = cluster.new_address()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE ROLE reader LOGIN")
        connection.execute("GRANT USAGE ON SCHEMA public TO reader")
    with pytest.raises(LedgerError, match=r"no right|no schema|search path"):
        Ledger.open(address.replace("mercato@", "reader@"))


def test_a_reader_with_rights_to_read_reads(cluster: Cluster) -> None:
    address = cluster.new_address()
    schema = address.rsplit("%3D", 1)[1]
    with Ledger.open(address) as ledger:
        ledger.append(document(), [claim(document())])
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE ROLE looker LOGIN")
        connection.execute(f"GRANT USAGE ON SCHEMA {schema} TO looker".encode())
        connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO looker".encode())
    with Ledger.open(address.replace("mercato@", "looker@")) as ledger:
        assert len(ledger.claims(person="perin")) == 1
        with pytest.raises(LedgerError, match="no right"):
            ledger.append(document("more", key="more"), [])


def test_a_server_that_takes_no_writes(cluster: Cluster) -> None:
    address = cluster.new_address()
    Ledger.open(address).close()
    with Ledger.open(address) as ledger:
        ledger.database.execute("SET default_transaction_read_only = on")
        with pytest.raises(LedgerError, match=r"no right|takes no writes|refused"):
            ledger.database.execute(
                "INSERT INTO skip (input_name, reason, advice, recorded_at) VALUES ('', '', '', '')"
            )


def test_a_connection_that_is_cut_is_made_anew(cluster: Cluster) -> None:
    address = cluster.new_address()
    with Ledger.open(address) as ledger, ledger.writing():
        ledger.append(document(key="1"), [])
        with psycopg.connect(cluster.address(), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mercato'")
        with pytest.raises(LedgerError, match=r"connection to the server was lost.*are kept"):
            ledger.append(document(key="2"), [])
        assert ledger.append(document(key="2"), []).document_new  # goes on
        assert [d.document.key for d in ledger.documents()] == ["1", "2"]


def test_acknowledged_means_on_disk_whatever_the_server_defaults_to(cluster: Cluster) -> None:
    address = cluster.new_address().replace("-csearch_path", "-csynchronous_commit%3Doff%20-csearch_path")
    with Ledger.open(address) as ledger:
        assert ledger.database.value("SHOW synchronous_commit") == "on"


def test_a_server_that_does_not_sync_is_pointed_at() -> None:
    with running() as cluster:
        with psycopg.connect(cluster.address(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        address = cluster.new_address()
        with Ledger.open(address) as ledger:
            ledger.append(document(), [])
        wrong = [finding for finding in examine(address) if finding.name == "durability"]
        assert [finding.value for finding in wrong if "fsync = off" in finding.value]


def test_the_doctor_looks_at_a_server(cluster: Cluster) -> None:
    address = cluster.new_address()
    with Ledger.open(address) as ledger:
        ledger.append(document(), [claim(document())])
    findings = {(finding.section, finding.name): finding for finding in examine(address)}
    assert findings["ledger", "integrity"].value == "ok"
    assert "1 claims" in findings["ledger", "contents"].value
    assert findings["places", "ledger"].value == shown(address)
    assert ("ledger", "durability") not in findings
