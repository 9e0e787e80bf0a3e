"""The `mercato` command: a table of commands that are imported when asked for, and what errors turn into."""

from __future__ import annotations

import difflib
import errno
import importlib
import io
import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

import click

from mercato.errors import MercatoError, Misused
from mercato.version import __version__

INTERRUPTED = 130  # 128 + SIGINT, as shells report it
PIPE_CLOSED = 141  # 128 + SIGPIPE: the reader had enough (`mercato claims | head`), and part of the work may be undone

DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


class LazyCommand(NamedTuple):
    """Where a command is and the line that `mercato --help` prints, known without importing it."""

    module: str
    function: str
    help: str


_HERE = "mercato.interfaces.cli"

COMMANDS: dict[str, LazyCommand] = {
    "demo": LazyCommand(f"{_HERE}.demo", "demo", "Read the sample articles and print a board of what they say."),
    "read": LazyCommand(f"{_HERE}.read", "read", "Read articles into the ledger and show what was found in them."),
    "extract": LazyCommand(f"{_HERE}.extract", "extract", "Print the claims of a text; no ledger is touched."),
    "claims": LazyCommand(f"{_HERE}.claims", "claims", "List claims of the ledger by person, club, outlet, date."),
    "explain": LazyCommand(f"{_HERE}.explain", "explain", "Show the words that a claim of the ledger rests on."),
    "rumours": LazyCommand(f"{_HERE}.rumours", "rumours", "List stories by person, club, window; latest news first."),
    "rumour": LazyCommand(f"{_HERE}.rumour", "rumour", "Tell one story: who said it first, who copied, what clashes."),
    "person": LazyCommand(f"{_HERE}.person", "person", "Show all that is said of a person."),
    "club": LazyCommand(f"{_HERE}.club", "club", "Show a club's ins, outs, stays and contracts."),
    "changes": LazyCommand(f"{_HERE}.changes", "changes", "List what became new since a moment."),
    "chain": LazyCommand(f"{_HERE}.chain", "chain", "Draw what hangs on what: who must leave before whom."),
    "merge": LazyCommand(f"{_HERE}.merge", "merge", "Say that two names are one person, or take that back."),
    "split": LazyCommand(f"{_HERE}.merge", "split", "Say that two names are not one person."),
    "serve": LazyCommand(f"{_HERE}.serve", "serve", "Serve web pages and an API of the ledger."),
    "alerts": LazyCommand(f"{_HERE}.alerts", "alerts", "Tell somebody when something happens: rules and messages."),
    "export": LazyCommand(
        f"{_HERE}.export", "export", "Write rumours, claims, windows as tables, linked data, calendars."
    ),
    "mcp": LazyCommand(f"{_HERE}.mcp", "mcp", "Answer assistants over the Model Context Protocol."),
    "rates": LazyCommand(f"{_HERE}.rates", "rates", "Load and use exchange rates for fees."),
    "watch": LazyCommand(f"{_HERE}.watch", "watch", "Read what feeds and sites publish, for as long as it is let."),
    "sources": LazyCommand(f"{_HERE}.sources", "sources", "Add, remove and check what is watched; lists as OPML."),
    "archive": LazyCommand(f"{_HERE}.archive", "archive", "Read WARC, Parquet and JSON Lines archives, many at once."),
    "register": LazyCommand(f"{_HERE}.register", "register", "Look up and import people and clubs: who is who."),
    "outcomes": LazyCommand(f"{_HERE}.outcomes", "outcomes", "Import lists of completed moves: what came of rumours."),
    "forecast": LazyCommand(f"{_HERE}.forecast", "forecast", "Say how likely each destination and staying are."),
    "score": LazyCommand(f"{_HERE}.forecast", "score", "Judge the kept forecasts whose window is over."),
    "records": LazyCommand(f"{_HERE}.records", "records", "Show how often what each source said came true."),
    "source": LazyCommand(f"{_HERE}.records", "source", "Show the record of one outlet or journalist."),
    "train": LazyCommand(f"{_HERE}.forecast", "train", "Fit a model of your own on reports and outcomes."),
    "backtest": LazyCommand(f"{_HERE}.backtest", "backtest", "Forecast a past period as if it were now; score it."),
    "evaluate": LazyCommand(f"{_HERE}.evaluate", "evaluate", "Measure the reader against annotated texts."),
    "train-reader": LazyCommand(f"{_HERE}.train_reader", "train_reader", "Fit how sure the reader is of its claims."),
    "ledger": LazyCommand(f"{_HERE}.ledger", "ledger", "Copy, back up, restore and upgrade ledgers."),
    "doctor": LazyCommand(f"{_HERE}.doctor", "doctor", "Check this installation and the ledger; say what to do."),
}


class LazyGroup(click.Group):
    """A group whose commands come from `COMMANDS`; help prints the table, only a command that is run is imported."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The commands in the order of the table, which is the order a newcomer needs them in."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command itself, imported now."""
        lazy = COMMANDS.get(cmd_name)
        return None if lazy is None else _load(cmd_name, lazy)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the table of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, lazy.help) for name, lazy in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest names in the message where the command is unknown."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], COMMANDS, n=3)
            hint = f" Did you mean {' or '.join(near)}?" if near else f" There are: {', '.join(COMMANDS)}."
            raise click.UsageError(f"No command {args[0]!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a closed pipe is told apart here, before click makes a plain failure of it."""
        try:
            result: object = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            raise click.exceptions.Exit(PIPE_CLOSED) from None
        return result


def _load(name: str, lazy: LazyCommand) -> click.Command:
    try:
        module = importlib.import_module(lazy.module)
    except ModuleNotFoundError as error:
        if error.name != lazy.module:
            raise
        raise Misused(f"The command {name!r} is not part of this installation ({lazy.module} is missing).") from None
    command: click.Command = getattr(module, lazy.function)
    return command


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with `mercato demo`, then `mercato read` an article of your own. "
    "Each command has its own --help, and --json for other programs.",
)
@click.version_option(__version__, prog_name="mercato", message="%(prog)s %(version)s")
def cli() -> None:
    """Read football transfer news and keep the books on it: who said what, first, and from whom."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code: 0 done, 1 failed, 2 misused, 130 interrupted."""
    _never_fail_on_letters()
    try:
        code = cli.main(args=None if arguments is None else list(arguments), prog_name="mercato", standalone_mode=False)
    except MercatoError as error:
        return _say(str(error), error.exit_code)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort as error:
        return _aborted(error)
    except KeyboardInterrupt:
        return _say("interrupted", INTERRUPTED)
    except OSError as error:
        if error.errno not in DISK_FULL:
            raise
        _discard_stdout()
        return _say(f"what was to be printed is incomplete: {error.strerror}. Free some space and run it again.", 1)
    finally:
        _close_quietly()
    return code if isinstance(code, int) else 0


def _aborted(error: click.Abort) -> int:
    """Ctrl-C reaches us as click's Abort; an answer that never came (end of input) is a plain failure."""
    if isinstance(error.__cause__, EOFError):
        return _say("the input ended before the question was answered", 1)
    return _say("interrupted", INTERRUPTED)


def _say(message: str, code: int) -> int:
    line = " ".join(message.split())
    print(f"mercato: {''.join(c if c.isprintable() else repr(c)[1:-1] for c in line)}", file=sys.stderr)
    return code


def _never_fail_on_letters() -> None:
    """A terminal that lacks a letter shows its escape; "Vlahović" must not stop a run under LC_ALL=POSIX."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _close_quietly() -> None:
    """Flush what is left; where nobody reads any more, Python must not complain of it while shutting down."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # Whatever is still buffered goes nowhere; closing the stream drops the buffer for good.
        _discard_stdout()


def _discard_stdout() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
