"""The last part of the demonstration: what a directory downstream gets, and, where OpenLDAP is installed, how."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from authz_service.bootstrap.directories import CANNOT_SAY, opened_directories
from authz_service.bootstrap.errors import StartError
from authz_service.cli.demo_service import HOST, free_port
from authz_service.cli.sync_telling import plan_ldif, run_lines
from authz_service.settings import Settings, config_dir, load_settings
from authz_service.store.directories import RunOutcome

__all__ = ["tell_directory"]

SUFFIX: Final = "dc=demo,dc=example"
ACCOUNT: Final = f"cn=authz,{SUFFIX}"
BASE: Final = f"ou=authz,{SUFFIX}"
FILE: Final = "directories.demo.toml"
PORT_IN_FILE: Final = f"{HOST}:1389"
PASSWORD_FILE: Final = "directory.password"  # noqa: S105 - where it is, not what it is
PROGRAMS: Final = f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin:/sbin"
LDIF_RECORDS: Final = 3
START_SECONDS: Final = 10.0


def tell_directory(settings: Settings, folder: Path) -> None:
    """Show the plan for a directory as LDIF; where slapd is there, have a private one filled and searched.

    `settings`: of the demonstration's service; `folder`: its own, which is removed at the end. Raises StartError.
    """
    port = free_port(folder, 0)
    password = secrets.token_urlsafe(16)
    file = folder / "directories.toml"
    file.write_text((config_dir() / FILE).read_text("utf-8").replace(PORT_IN_FILE, f"{HOST}:{port}"), "utf-8")
    secret = folder / PASSWORD_FILE
    secret.touch(mode=0o600)
    secret.write_text(password)
    ours = load_settings(**{**settings.model_dump(), "directories_file": file})
    click.secho(f"What a directory downstream gets of it (config/{FILE}), as LDIF:", bold=True)
    _show_ldif(ours)
    programs = {name: shutil.which(name, path=PROGRAMS) for name in ("slapd", "slapadd", "ldapsearch")}
    missing = [name for name, program in programs.items() if program is None]
    if missing:
        click.echo(f"(OpenLDAP is not installed here ({', '.join(missing)}), so no directory is filled with it.)\n")
        return
    with _private_slapd(folder, port, password):
        _fill(ours)
        asked = (str(programs["ldapsearch"]), "-x", "-LLL", "-o", "ldif-wrap=no", "-H", f"ldap://{HOST}:{port}")
        _search(asked, secret, "(cn=Users)", "member")
        _search(asked, secret, "(employeeType=blocked)", "cn", "employeeType")


def _show_ldif(settings: Settings) -> None:
    with opened_directories(settings) as (directory,):
        plan = directory.plan_from_nothing()
        because = directory.because(plan)
    records = plan_ldif(plan, because).split("\n\n")
    shown = [record for record in records if record.startswith(("# group", "# person"))][-LDIF_RECORDS:]
    click.echo("\n\n".join(shown))
    click.echo(f"\n… {len(plan.changes)} entries in all: {plan.people} people, {plan.groups} groups\n")


def _fill(settings: Settings) -> None:
    click.secho(
        "OpenLDAP is installed: a private one is filled (authz sync apply) and searched (ldapsearch):", bold=True
    )
    with opened_directories(settings) as (directory,):
        try:
            report = directory.apply(None, _silent, _silent)
            plan, _ = directory.plan()
        except CANNOT_SAY as error:
            raise StartError(f"the directory of the demonstration: {error}") from None
    for line in run_lines(report):
        click.echo(f"   {line}")
    if report.run.outcome is not RunOutcome.DONE or plan.changes:
        raise StartError("the directory of the demonstration does not hold what it should")
    click.echo(f"   authz sync verify: all {plan.unchanged} entries are as they should be\n")


def _silent(_done: int, _total: int) -> None:
    """Show no progress: it is soon over."""


def _search(command: tuple[str, ...], secret: Path, condition: str, *attributes: str) -> None:
    done = subprocess.run(  # noqa: S603 - our own arguments
        [*command, "-D", ACCOUNT, "-y", str(secret), "-b", BASE, condition, *attributes],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or not done.stdout.strip():
        raise StartError(f"ldapsearch finds nothing ({done.returncode})")
    click.echo(f"   ldapsearch -b {BASE} '{condition}' {' '.join(attributes)}")
    for line in done.stdout.strip().splitlines():
        click.echo(f"      {line}".rstrip())
    click.echo()


@contextmanager
def _private_slapd(folder: Path, port: int, password: str) -> Iterator[None]:
    """Run a server on the loopback interface that knows one account and an empty base. Raises StartError."""
    data = folder / "slapd"
    data.mkdir()
    configuration = data / "slapd.conf"
    schemas = "\n".join(f"include /etc/ldap/schema/{name}.schema" for name in ("core", "cosine", "inetorgperson"))
    configuration.write_text(
        f"{schemas}\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\npidfile {data}/pid\ndatabase mdb\n"
        f'suffix "{SUFFIX}"\ndirectory {data}\nmaxsize 67108864\n'
        "access to attrs=userPassword by anonymous auth by * none\n"
        f'access to * by dn.exact="{ACCOUNT}" manage by * none\n'
    )
    entries = (
        f"dn: {SUFFIX}\nobjectClass: dcObject\nobjectClass: organization\ndc: demo\no: demo\n\n"
        f"dn: {ACCOUNT}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: authz\n"
        f"userPassword: {password}\n\ndn: {BASE}\nobjectClass: organizationalUnit\nou: authz\n"
    )
    _run("slapadd", "-q", "-f", str(configuration), given=entries)
    log = data / "log"
    with log.open("wb") as output:
        server = (_program("slapd"), "-f", str(configuration), "-h", f"ldap://{HOST}:{port}", "-d", "0")
        process = subprocess.Popen(  # noqa: S603 - our own arguments
            ["setpriv", "--pdeathsig", "KILL", "--", *server],  # noqa: S607 - of Debian's essential packages
            stdout=output,
            stderr=output,
        )
    try:
        _wait(process, port)
        yield
    finally:
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise StartError("slapd does not start")


def _run(name: str, *arguments: str, given: str) -> None:
    command = [_program(name), *arguments]
    done = subprocess.run(command, input=given, text=True, capture_output=True, check=False)  # noqa: S603 - our own
    if done.returncode:
        raise StartError(f"{name} fails ({done.returncode})")


def _program(name: str) -> str:
    return shutil.which(name, path=PROGRAMS) or name
