"""`authz outbox`: the mails that wait to be sent."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Final

import click
import structlog

from authz_service.bootstrap.delivery import MailDelivery, opened_mail_delivery, opened_outbox, put_reminders
from authz_service.bootstrap.log_lines import configure_logging
from authz_service.cli.configuration import configured
from authz_service.cli.failures import FAILED
from authz_service.cli.output import json_option, print_json, print_table
from authz_service.cli.progress import working
from authz_service.cli.stopping import stop_event
from authz_service.domain import moments
from authz_service.domain.messages import InvalidMailError, Mail, masked_address
from authz_service.store.errors import StoreUnavailableError
from authz_service.store.outbox import OutboxMessage

__all__ = ["outbox"]

log = structlog.get_logger()
TIDY_SECONDS: Final = 3600


@click.group()
def outbox() -> None:
    """The mails that wait to be sent."""


@outbox.command()
@click.option("--watch", is_flag=True, help="Go on until interrupted (SIGINT, SIGTERM); a mail under way is finished.")
@click.option(
    "--every", type=click.FloatRange(0.1), default=5, show_default=True, help="With --watch: seconds between two looks."
)
@click.pass_context
def deliver(ctx: click.Context, *, watch: bool, every: float) -> None:
    """Deliver the mails that are due: once, or as a service.

    Several may run at the same time. Once: ends with 1 when a mail could not be delivered.
    """
    settings = configured()
    configure_logging(settings)
    with opened_mail_delivery(settings) as delivery:
        if watch:
            _watch(delivery, every)
            return
        report = delivery.deliver()
        delivery.forget_delivered()
    click.echo(f"{report.sent} sent, {report.retried} to be tried again, {report.dead} given up")
    if report.stopped_by:
        click.echo(f"authz: {report.stopped_by}; the rest waits", err=True)
    if report.retried or report.dead:
        ctx.exit(FAILED)


def _watch(delivery: MailDelivery, every: float) -> None:
    stop = stop_event()
    log.info("delivering mails")
    tidied = -float(TIDY_SECONDS)
    while not stop.is_set():
        try:
            report = delivery.deliver(stop.is_set)
            if report.sent or report.retried or report.dead:
                log.info("delivered mails", sent=report.sent, retried=report.retried, dead=report.dead)
            if time.monotonic() - tidied >= TIDY_SECONDS:
                delivery.forget_delivered()
                tidied = time.monotonic()
        except StoreUnavailableError as error:
            log.warning("the outbox cannot be read", why=str(error))
        stop.wait(every)
    log.info("stopped")


@outbox.command("list")
@click.option("--dead", is_flag=True, help="Only those that were given up.")
@json_option
def list_mails(*, dead: bool, as_json: bool) -> None:
    """List the mails that wait and those that were given up; of an address, only its first letter and its domain."""
    with opened_outbox(configured()) as opened:
        messages = opened.dead_letters() if dead else [*opened.waiting(), *opened.dead_letters()]
    objects = [_object(message) for message in messages]
    if as_json:
        print_json(objects)
    elif objects:
        heads = ("id", "kind", "to", "state", "attempts", "due_at", "failure")
        print_table(heads, [tuple(str(one[head]) for head in heads) for one in objects])
    else:
        click.echo("no mail waits" if not dead else "no mail was given up", err=True)


@outbox.command()
@click.argument("message_id", metavar="ID", required=False)
@click.option("--all", "every", is_flag=True, help="All that were given up.")
def retry(message_id: str | None, *, every: bool) -> None:
    """Have a mail that was given up delivered after all, or all of them."""
    if every == (message_id is not None):
        raise click.UsageError("give the id of a mail, or --all")
    with opened_outbox(configured()) as opened:
        if message_id is None:
            count = opened.retry_all(moments.now())
        elif opened.retry(message_id, moments.now()):
            count = 1
        else:
            raise click.ClickException("there is no such mail that was given up")
    click.echo(f"{count} to be tried again")


@outbox.command()
@json_option
def remind(*, as_json: bool) -> None:
    """Put reminders to check their data into the outbox: to Access Managers for capacities, to people for their own.

    For a timer: nobody is reminded of the same thing more than once in 30 days. `authz outbox deliver` sends them.
    """
    with working("looking for data to check"):
        report = put_reminders(configured())
    if as_json:
        print_json(asdict(report))
        return
    click.echo(f"reminders: {report.capacities} about capacities, {report.people} about people's own data")
    if report.unreachable:
        click.echo(f"authz: reminders that reach nobody, for want of an address: {report.unreachable}", err=True)


def _object(message: OutboxMessage) -> dict[str, object]:
    kind, language, to = _mail(message.content)
    return {
        "id": message.message_id,
        "kind": kind,
        "language": language,
        "to": to,
        "enterprise": message.enterprise_id,
        "revision": message.revision,
        "state": message.state,
        "attempts": message.attempts,
        "created_at": moments.text_of(message.created_at),
        "due_at": moments.text_of(message.due_at),
        "failure": message.failure,
    }


def _mail(content: str) -> tuple[str, str, str]:
    """Return kind, language and masked address; a content that is no mail of ours has none."""
    try:
        mail = Mail.from_json(content)
    except InvalidMailError:
        return "unknown", "", ""
    return mail.kind, mail.language, masked_address(mail.to)
