"""`mercato alerts`: rules, and what they sent."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mercato.errors import Misused, NotFound
from mercato.interfaces.alerts.rules import Event
from mercato.interfaces.cli.book_options import open_book, since_moment
from mercato.interfaces.cli.options import json_option, ledger_option, ledger_place
from mercato.interfaces.cli.output import one_line, print_json, print_table, say
from mercato.model import Stage
from mercato.settings import alerts_path, home

if TYPE_CHECKING:
    from collections.abc import Callable

    from mercato.interfaces.alerts.outbox import Delivery, Outbox, State
    from mercato.register import Register

_SHOWN = 100
_SHORT = 8


@click.group()
def alerts() -> None:
    """Tell somebody when something happens: by webhook, mail or command.

    Rules stand in `alerts.yaml` of your data folder; these commands write it, and so can you. `mercato alerts send`
    holds them against what is new and sends each alert once.
    """


@alerts.command()
@click.argument("name")
@click.option("--to", "to", multiple=True, required=True, help="webhook:ADDRESS, mail:ADDRESS or command:PROGRAM.")
@click.option("--on", "events", multiple=True, type=click.Choice([str(e) for e in Event]), help="Else: news.")
@click.option("--club", help="A club that would get, lose or keep the person: name or id.")
@click.option("--person", help="Whole words of a name, or an id.")
@click.option("--outlet", help="A report of this outlet, or one that rests on it.")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(["move", "exit", "stay"]), help="Else: all three.")
@click.option("--stage", type=click.Choice([str(stage) for stage in Stage]), help="The least stage.")
@click.option("--probability", type=float, help="With `--on probability`: the figure that is crossed, such as 0.5.")
def add(
    name: str,
    to: tuple[str, ...],
    events: tuple[str, ...],
    club: str | None,
    person: str | None,
    outlet: str | None,
    kinds: tuple[str, ...],
    stage: str | None,
    probability: float | None,
) -> None:
    """Add a rule, or put another in the place of the one of that name. It looks at what comes from now on."""
    from mercato.interfaces.alerts.rules import load_rules, make_rule, save_rules

    wanted = events or (("probability",) if probability is not None else ("news",))
    rule = make_rule(
        name=name, events=wanted, to=to, club=club, person=person, outlet=outlet, kinds=kinds, stage=stage,
        probability=probability,
    )  # fmt: skip
    rules = load_rules(alerts_path())
    others = [other for other in rules if other.name != rule.name]
    save_rules(alerts_path(), [*others, rule])
    say(f"{'changed' if len(others) < len(rules) else 'added'}: {rule.name}; rules in {alerts_path()}")


@alerts.command()
@click.argument("name")
def remove(name: str) -> None:
    """Remove a rule. What it has found is still sent."""
    from mercato.interfaces.alerts.rules import load_rules, save_rules

    rules = load_rules(alerts_path())
    if name not in {rule.name for rule in rules}:
        raise NotFound(f"No rule is called {name!r}; `mercato alerts list` has them.")
    save_rules(alerts_path(), [rule for rule in rules if rule.name != name])
    say(f"removed: {name}")


@alerts.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the rules."""
    from mercato.interfaces.alerts.rules import load_rules

    rules = load_rules(alerts_path())
    if as_json:
        for rule in rules:
            print_json(rule.plain())
        return
    if not rules:
        say("No rules yet. `mercato alerts add milan --club 'AC Milan' --stage talks --to mail:me@example.org`")
        return
    rows = []
    for rule in rules:
        plain = rule.plain()
        looks = ", ".join(f"{k} {v}" for k, v in plain.items() if k not in ("name", "events", "to"))
        rows.append((rule.name, ", ".join(plain["events"]), looks, ", ".join(rule.to)))
    print_table(("name", "on", "looks for", "to"), rows)


@alerts.command()
@ledger_option
@json_option
@click.option("--since", metavar="MOMENT", type=since_moment, required=True, help="A day (2025-06-09) or a moment.")
@click.argument("name", required=False)
def check(ledger_file: Path | str | None, as_json: bool, since: datetime, name: str | None) -> None:
    """Show what the rules, or one of them, would have sent since a moment. Nothing is sent or written down."""
    from mercato.interfaces.alerts.round import find
    from mercato.interfaces.alerts.rules import load_rules
    from mercato.interfaces.forecasting import kept_forecasts

    rules = [rule for rule in load_rules(alerts_path()) if name in (None, rule.name)]
    if not rules:
        raise NotFound("There is no such rule; `mercato alerts list` has them." if name else "There are no rules yet.")
    forecasts = kept_forecasts(ledger_place(ledger_file))
    with open_book(ledger_file) as book:
        found = [alert for rule in rules for alert in find(book, rule, since, forecasts)]
    if as_json:
        for alert in found:
            print_json({"id": alert.key, "rule": alert.rule, "title": alert.title, **alert.body})
    else:
        print_table(("rule", "on", "alert"), ((a.rule, str(a.event), a.title) for a in found))
        say(f"{len(found)} alerts since {since:%Y-%m-%d %H:%M} UTC")


@alerts.command()
@ledger_option
@json_option
@click.option("--since", metavar="MOMENT", type=since_moment, help="Where new rules begin; else now.")
@click.option("--every", type=click.IntRange(5), metavar="SECONDS", help="Go on, with so many seconds between rounds.")
@click.pass_context
def send(
    ctx: click.Context, ledger_file: Path | str | None, as_json: bool, since: datetime | None, every: int | None
) -> None:
    """Hold the rules against what is new and send what is due, each alert once.

    What did not arrive is tried again after a minute, then twice as long, up to six hours, twelve times. Where nobody
    can know whether it arrived it is kept as unsure: `mercato alerts log` shows it, `mercato alerts again` sends it.
    """
    from mercato.interfaces.alerts.outbox import Outbox
    from mercato.ledger.lock import WriterLock
    from mercato.register import load_register

    def watch(delivery: Delivery, state: State, told: str) -> None:
        if as_json:
            print_json({"alert": delivery.alert, "to": delivery.receiver, "state": str(state), "told": told})
        else:
            print(one_line(f"{state}: {delivery.title} to {delivery.receiver}{' (' + told + ')' if told else ''}"))

    register = load_register()
    home().mkdir(parents=True, exist_ok=True)
    with WriterLock(outbox_path(), wait=0.0), Outbox(outbox_path()) as outbox:
        failed = _round(ledger_file, register, outbox, since, watch)
        while every is not None:
            time.sleep(every)
            _round(ledger_file, register, outbox, since, watch)
    if failed:
        ctx.exit(1)


def _round(
    ledger_file: Path | str | None,
    register: Register,
    outbox: Outbox,
    since: datetime | None,
    watch: Callable[[Delivery, State, str], None],
) -> bool:
    from mercato.interfaces.alerts.outbox import State
    from mercato.interfaces.alerts.round import send_due, take_in
    from mercato.interfaces.alerts.rules import load_rules
    from mercato.interfaces.forecasting import kept_forecasts

    rules, forecasts = load_rules(alerts_path()), kept_forecasts(ledger_place(ledger_file))
    with open_book(ledger_file, register=register) as book:
        new = take_in(book, rules, outbox, since=since, forecasts=forecasts)
    done = send_due(outbox, datetime.now(UTC), watch=watch)
    counts = ", ".join(f"{count} {state}" for state, count in sorted(done.ended.items()))
    say(f"{len(rules)} rules, {new} new alerts; {counts or 'nothing to send'}")
    if done.unsure_before:
        say(f"{done.unsure_before} were being sent when the program last ended: `mercato alerts log` shows them")
    return bool(done.ended[State.FAILED] or done.ended[State.UNSURE])


@alerts.command()
@json_option
@click.option("--limit", type=click.IntRange(1), default=_SHOWN, show_default=True, help="The latest so many.")
def log(as_json: bool, limit: int) -> None:
    """Show what was sent to whom, and what was not."""
    from mercato.interfaces.alerts.outbox import Outbox

    with Outbox(outbox_path()) as outbox:
        found = outbox.all(limit)
    if as_json:
        for d in found:
            told = {"alert": d.alert, "rule": d.rule, "title": d.title, "to": d.receiver, "state": str(d.state)}
            print_json(told | {"tries": d.tries, "told": d.told, "found_at": d.found_at})
        return
    rows = ((d.alert[:_SHORT], d.found_at[:16], d.title, d.receiver, str(d.state), d.tries, d.told) for d in found)
    print_table(("alert", "found", "what", "to", "state", "tries", "told"), rows)


@alerts.command()
@click.argument("alert")
def again(alert: str) -> None:
    """Send an alert again that is unsure or failed: its id, or the beginning of it."""
    from mercato.interfaces.alerts.outbox import Outbox

    if len(alert) < _SHORT:
        raise Misused(f"{alert!r} is too short: give {_SHORT} characters of the alert's id or more.")
    with Outbox(outbox_path()) as outbox:
        count = outbox.again(alert, datetime.now(UTC))
    if not count:
        raise NotFound(f"No alert that begins with {alert!r} is unsure or failed; `mercato alerts log` has them.")
    say(f"{count} due again; `mercato alerts send` sends them")


def outbox_path() -> Path:
    """Where the outbox lies."""
    return home() / "alerts.sqlite"
