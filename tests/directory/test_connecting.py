"""Getting in: certificates, unprotected connections, passwords, servers that are away."""

import datetime
import logging
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from authz_service.directory.errors import (
    BindRefusedError,
    CertificateRefusedError,
    DirectoryError,
    DirectoryUnreachableError,
    PlainRefusedError,
)
from authz_service.directory.servers import Endpoint, Features, SecretText, ServerSettings, Vendor
from authz_service.directory.session import open_session
from tests.directory.certificates import Authority
from tests.directory.conftest import settings_for
from tests.directory.scripted_server import ScriptedServer
from tests.directory.slapd import PASSWORD, Slapd, SlapdOptions

LOGGING = SlapdOptions(global_lines="loglevel stats")


def opens(settings: ServerSettings) -> bool:
    with open_session(settings) as session:
        return not session.is_lost


def binds_seen(slapd: Slapd) -> int:
    """Return how many binds with a password the server was sent."""
    slapd.tool("ldapwhoami")
    return slapd.log().count(" method=128")


def connections_seen(slapd: Slapd) -> int:
    """Return how many connections the server took, but for the one that waited for its start."""
    slapd.tool("ldapwhoami")
    return slapd.log().count("ACCEPT from IP=") - 1


def plain(url: str) -> ServerSettings:
    return ServerSettings((url,), "cn=sync", SecretText(PASSWORD), plain_allowed=True, receive_timeout_seconds=5)


def test_over_tls_with_a_certificate_of_the_authority(settings: ServerSettings) -> None:
    assert opens(settings)


def test_over_tls_that_is_started_on_a_plain_port(slapd: Slapd, settings: ServerSettings) -> None:
    assert opens(replace(settings, urls=(slapd.url,), start_tls=True))


def test_a_server_that_takes_nothing_unprotected(
    start_slapd: Callable[[SlapdOptions], Slapd], authority: Authority
) -> None:
    settings = settings_for(start_slapd(SlapdOptions(require_tls=True)), authority)
    assert opens(settings)


@pytest.mark.parametrize("start_tls", [False, True])
@pytest.mark.parametrize("case", ["another authority", "expired", "another name", "only a common name"])
def test_a_certificate_that_is_not_accepted_gets_no_password(
    authority: Authority, tmp_path: Path, case: str, start_tls: bool
) -> None:
    certificate = {
        "another authority": lambda: Authority(tmp_path, "another").sign("127.0.0.1"),
        "expired": lambda: authority.sign("127.0.0.1", until=-datetime.timedelta(hours=1)),
        "another name": lambda: authority.sign("directory.example", "127.0.0.2"),
        "only a common name": lambda: authority.sign(common_name="127.0.0.1"),
    }[case]()
    with Slapd(certificate, LOGGING) as slapd:
        settings = settings_for(slapd, authority)
        if start_tls:
            settings = replace(settings, urls=(slapd.url,), start_tls=True)
        with pytest.raises(CertificateRefusedError, match="certificate"):
            opens(settings)
        assert binds_seen(slapd) == 0


def test_without_a_file_of_authorities_the_system_decides(settings: ServerSettings) -> None:
    with pytest.raises(CertificateRefusedError):
        opens(replace(settings, ca_file=None))


def test_a_file_of_authorities_that_is_none(settings: ServerSettings, tmp_path: Path) -> None:
    (tmp_path / "empty.pem").touch()
    for file in (tmp_path / "empty.pem", tmp_path / "missing.pem"):
        with pytest.raises(CertificateRefusedError, match="authorities"):
            opens(replace(settings, ca_file=file))


def test_an_unprotected_connection_is_refused_before_it_is_made(
    start_slapd: Callable[[SlapdOptions], Slapd], authority: Authority
) -> None:
    slapd = start_slapd(LOGGING)
    settings = replace(settings_for(slapd, authority), urls=(slapd.tls_url, slapd.url))
    with pytest.raises(PlainRefusedError):
        opens(settings)
    assert connections_seen(slapd) == 0
    assert opens(replace(settings, urls=(slapd.url,), plain_allowed=True))


def test_a_server_without_starttls_gets_no_password(authority: Authority) -> None:
    with Slapd(None, LOGGING) as slapd:
        with pytest.raises(PlainRefusedError, match="StartTLS"):
            opens(replace(settings_for(slapd, authority), urls=(slapd.url,), start_tls=True))
        assert binds_seen(slapd) == 0


def test_a_wrong_password_is_tried_once_and_on_one_server(
    start_slapd: Callable[[SlapdOptions], Slapd], authority: Authority
) -> None:
    slapd, other = start_slapd(LOGGING), start_slapd(LOGGING)
    settings = replace(settings_for(slapd, authority), urls=(slapd.tls_url, other.tls_url))
    with pytest.raises(BindRefusedError, match="code 49") as caught:
        opens(replace(settings, secret=SecretText("not-the-password")))
    assert caught.value.code == 49
    assert "not-the-password" not in str(caught.value)
    assert (binds_seen(slapd), binds_seen(other)) == (1, 0)


@pytest.mark.parametrize(("name", "password"), [("cn=sync,dc=test,dc=example", ""), ("", "x")])
def test_an_empty_password_never_lets_in_as_nobody(
    start_slapd: Callable[[SlapdOptions], Slapd], authority: Authority, name: str, password: str
) -> None:
    slapd = start_slapd(LOGGING)
    with pytest.raises(BindRefusedError):
        opens(replace(settings_for(slapd, authority), bind_dn=name, secret=SecretText(password)))
    assert connections_seen(slapd) == 0


def test_the_next_server_is_asked_when_one_cannot_be_reached(
    slapd: Slapd, settings: ServerSettings, start_slapd: Callable[[SlapdOptions], Slapd]
) -> None:
    gone = start_slapd(SlapdOptions())
    gone.kill()
    with open_session(replace(settings, urls=(gone.tls_url, slapd.tls_url))) as session:
        assert session.features.url == slapd.tls_url


def test_when_none_can_be_reached_each_is_named(
    start_slapd: Callable[[SlapdOptions], Slapd], authority: Authority
) -> None:
    slapd = start_slapd(SlapdOptions())
    settings = replace(settings_for(slapd, authority), urls=(slapd.tls_url, "ldaps://no-such-host.invalid"))
    slapd.kill()
    with pytest.raises(DirectoryUnreachableError) as caught:
        opens(settings)
    assert all(url in str(caught.value) for url in settings.urls)


@pytest.mark.parametrize("way", ["tls", "start_tls", "plain"])
def test_a_server_that_takes_the_connection_and_says_nothing(slapd: Slapd, settings: ServerSettings, way: str) -> None:
    settings = replace(settings, connect_timeout_seconds=0.3, receive_timeout_seconds=0.3)
    if way != "tls":
        settings = replace(settings, urls=(slapd.url,), start_tls=way == "start_tls", plain_allowed=way == "plain")
    slapd.pause()
    began = time.monotonic()
    with pytest.raises(DirectoryUnreachableError):
        opens(settings)
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("code", [51, 52])
def test_a_server_that_is_busy_counts_as_one_that_cannot_be_reached(code: int) -> None:
    with (
        ScriptedServer(lambda *_: None, bind_code=code) as busy,
        ScriptedServer(lambda *_: None) as free,
        open_session(replace(plain(busy.url), urls=(busy.url, free.url))) as session,
    ):
        assert session.features.url == free.url


def test_what_listens_speaks_something_else() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"ldaps://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(DirectoryError):
            opens(replace(plain(url), connect_timeout_seconds=0.2))


def test_the_password_is_nowhere_to_be_seen(
    slapd: Slapd, settings: ServerSettings, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with open_session(settings) as session:
        lower = session._wire._lower
        assert PASSWORD not in repr((settings, session.features, vars(getattr(lower, "connection", None))))
    slapd.kill()
    with pytest.raises(DirectoryUnreachableError) as caught:
        opens(settings)
    assert PASSWORD not in f"{caught.value!r}{caplog.text}{''.join(capfd.readouterr())}{SecretText(PASSWORD)}"


def test_importing_ldap3_warns_of_nothing_and_hides_no_other_warning() -> None:
    program = (
        "import warnings, authz_service.directory.session; warnings.warn('tagMap is deprecated', DeprecationWarning)"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] == "DeprecationWarning: tagMap is deprecated"


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_a_server_is_found_by_name_and_by_address(slapd: Slapd, settings: ServerSettings, name: str) -> None:
    assert opens(replace(settings, urls=(f"ldaps://{name}:{slapd.tls_port}",)))


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("ldap://a.example", ("a.example", 389, False)),
        ("ldaps://a.example/", ("a.example", 636, True)),
        ("LDAPS://A.example:1636", ("a.example", 1636, True)),
        ("ldaps://[::1]:1636", ("::1", 1636, True)),
    ],
)
def test_an_address_of_a_server(url: str, endpoint: tuple[str, int, bool]) -> None:
    read = Endpoint.parse(url)
    assert (read.host, read.port, read.tls) == endpoint


@pytest.mark.parametrize(
    "url",
    [
        "a.example",
        "http://a",
        "ldap://",
        "ldap://a:99999",
        "ldap://a/dc=x",
        "ldap://u:p@a",
        "ldapi://%2Fx",
        "ldap://[::1",
    ],
)
def test_what_is_no_address_of_a_server(url: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        ServerSettings((url,), "cn=x", SecretText("x"))


@pytest.mark.parametrize(
    "wrong",
    [{"urls": ()}, {"receive_timeout_seconds": 0}, {"page_size": 0}, {"max_values": 0}, {"max_request_bytes": 10}],
)
def test_settings_that_make_no_sense(settings: ServerSettings, wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="a "):
        replace(settings, **wrong)  # type: ignore[arg-type] # wrong on purpose


def test_the_id_of_an_entry_as_each_server_has_it() -> None:
    octets = bytes(range(16))
    active_directory = Features(Vendor.ACTIVE_DIRECTORY, "")
    entry_id = active_directory.entry_id(octets)
    assert entry_id == "03020100-0504-0706-0809-0a0b0c0d0e0f"
    assert active_directory.entry_id_filter(entry_id) == f"(objectGUID={''.join(f'{chr(92)}{o:02x}' for o in octets)})"
    assert Features(Vendor.DS_389, "").entry_id_filter("a-b") == "(nsUniqueId=a-b)"
    assert Features(Vendor.OPENLDAP, "").entry_id(b"ABC") == "abc"
