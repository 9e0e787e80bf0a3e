"""The ways an alert goes out: a webhook, a mail, a command. Each says whether it arrived, did not, or may have."""

from __future__ import annotations

import json
import re
import shlex
import smtplib
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from mercato import settings
from mercato.errors import Misused, SourceUnusable
from mercato.interfaces.alerts.outbox import Delivery
from mercato.sources.post import MaybeDelivered, NotDelivered, post_json

_MAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\Z")
_PATIENCE = 30.0

Send = Callable[[Delivery], None]


def check_receiver(receiver: str) -> None:
    """Misused where a receiver is none: webhook:ADDRESS, mail:ADDRESS, command:PROGRAM with its arguments."""
    kind, _, rest = receiver.partition(":")
    if kind == "webhook" and re.match(r"https?://[^\s/]+", rest):
        return
    if kind == "mail" and _MAIL.match(rest):
        return
    if kind == "command" and rest.strip():
        return
    raise Misused(
        f"{receiver!r} is no receiver. Write webhook:https://..., mail:name@host or command:PROGRAM ARGUMENTS."
    )


def send(delivery: Delivery) -> None:
    """Send one. Returns when it arrived; raises NotDelivered or MaybeDelivered."""
    kind, _, rest = delivery.receiver.partition(":")
    ways: dict[str, Callable[[Delivery, str], None]] = {"webhook": _webhook, "mail": _mail, "command": _command}
    ways[kind](delivery, rest)


def _record(delivery: Delivery) -> dict[str, Any]:
    """An alert for programs."""
    return {"id": delivery.alert, "rule": delivery.rule, "title": delivery.title, **delivery.body}


def _webhook(delivery: Delivery, address: str) -> None:
    # `text` and `content` are what chat services show of a message.
    body = _record(delivery) | {"text": delivery.title, "content": delivery.title}
    headers = {"Idempotency-Key": delivery.alert, "User-Agent": settings.USER_AGENT.value}
    try:
        post_json(address, body, headers, allowed=settings.allowed_hosts())
    except SourceUnusable as refused:
        raise NotDelivered(str(refused)) from refused


def message(delivery: Delivery, address: str) -> EmailMessage:
    """The mail: the line as subject, what is known below; its id is the alert's, so that a mailbox knows it again."""
    mail = EmailMessage()
    title = " ".join(delivery.title.split())
    mail["Subject"] = title[:200]
    mail["From"] = settings.MAIL_FROM.value
    mail["To"] = address
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = f"<{delivery.alert}@mercato>"
    lines = [f"{name}: {_plain(value)}" for name, value in delivery.body.items() if value not in (None, [], "")]
    mail.set_content("\n".join([title, "", *lines, "", f"Rule: {delivery.rule}"]) + "\n")
    return mail


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _mail(delivery: Delivery, address: str) -> None:
    host, _, port = settings.MAIL_SERVER.value.partition(":")
    if not host or not settings.MAIL_FROM.value:
        raise NotDelivered("no mail server: set MERCATO_MAIL_SERVER (host:port) and MERCATO_MAIL_FROM")
    sent = False
    try:
        with smtplib.SMTP(host, int(port or 25), timeout=_PATIENCE) as server:
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls()
            if settings.MAIL_USER.value:
                server.login(settings.MAIL_USER.value, settings.MAIL_PASSWORD.value)
            server.send_message(message(delivery, address))
            sent = True
    except smtplib.SMTPServerDisconnected as error:
        if not sent:  # the connection broke while the message was on its way
            raise MaybeDelivered(f"the mail server hung up ({error})") from error
    except (smtplib.SMTPException, OSError, ValueError) as error:
        if not sent:
            raise NotDelivered(f"the mail server did not take it ({error})") from error


def _command(delivery: Delivery, line: str) -> None:
    """Run a program, without a shell, with the alert as JSON on its standard input."""
    told = json.dumps(_record(delivery)).encode()
    try:
        ran = subprocess.run(shlex.split(line), input=told, capture_output=True, timeout=_PATIENCE, check=False)
    except (OSError, ValueError) as error:
        raise NotDelivered(f"can't be run ({error})") from error
    except subprocess.TimeoutExpired as error:
        raise MaybeDelivered(f"was stopped after {_PATIENCE:g} seconds") from error
    if ran.returncode:
        said = ran.stderr.decode("utf-8", "replace").strip().splitlines()
        raise NotDelivered(f"ended with exit code {ran.returncode}{': ' + said[-1][:200] if said else ''}")
