"""Samba as an Active Directory domain controller: its LDAP server alone, on a loopback address of its own."""

from __future__ import annotations

import base64
import os
import socket
from typing import Final

from authz_service.directory.names import Dn
from tests.directory_servers.servers import PASSWORD, DirectoryServer, ServerError, run, started

__all__ = ["Samba"]

_REALM: Final = "WEBIDM.EXAMPLE"
_ADMINISTRATOR: Final = "Administrator"
_PORTS: Final = (389, 636, 3268, 3269)
"""Which no configuration changes."""
_TREE_DELETE: Final = "1.2.840.113556.1.4.805"


class Samba(DirectoryServer):
    """A domain of one controller, provisioned anew."""

    example = "webidm"
    suffix = "DC=webidm,DC=example"
    bind_dn = f"authz@{_REALM}"
    entry_id = "objectGUID"
    blocked = ("userAccountControl", b"514", b"512")

    def make(self) -> None:
        self.host = _free_address()
        self.plain_url, self.secure_url = f"ldap://{self.host}", f"ldaps://{self.host}"
        self._provision()
        self._start()
        self._make_account()

    def administrator(self) -> tuple[str, str]:
        return f"{_ADMINISTRATOR}@{_REALM}", PASSWORD

    def mark(self) -> int:
        return int(self.root("highestCommittedUSN"))

    def written_since(self, mark: int) -> set[Dn]:
        return set(self.found(self.trunk, f"(uSNChanged>={mark + 1})", "uSNChanged"))

    def binds(self) -> int:
        """Count what the log of authentications says; it names every attempt, with its outcome."""
        log = (self.folder / "output").read_text("utf-8", "replace")
        return sum("Auth: [LDAP" in line and self.bind_dn.lower() in line.lower() for line in log.splitlines())

    def set_password(self, dn: Dn, password: str) -> None:
        value = base64.b64encode(f'"{password}"'.encode("utf-16-le")).decode()
        self.by_hand(f"dn: {dn}\nchangetype: modify\nreplace: unicodePwd\nunicodePwd:: {value}\n")

    def fell(self, branch: Dn) -> None:
        """Take a branch away: no two logins of a domain may be the same."""
        groups = self.found(branch, "(objectClass=group)", "1.1")
        if groups:  # first, or every member would be taken out of them by itself
            self.tool("ldapdelete", given="".join(f"{dn}\n" for dn in groups))
        self.tool("ldapdelete", "-e", f"!{_TREE_DELETE}", str(branch))

    # --- making it ----------------------------------------------------------------------------------------------------

    def _provision(self) -> None:
        if os.geteuid():
            raise ServerError("a domain controller listens on the ports 389 and 636: the tests have to run as root")
        empty = self.folder / "empty.conf"
        empty.touch()
        run(
            *("samba-tool", "domain", "provision", f"--configfile={empty}", f"--targetdir={self.folder}"),
            *(f"--realm={_REALM}", f"--domain={_REALM.partition('.')[0]}", "--server-role=dc", "--dns-backend=NONE"),
            *(f"--adminpass={PASSWORD}", "--host-name=dc1", f"--host-ip={self.host}", "--use-rfc2307"),
            f"--option=interfaces={self.host}/8",
            *("--option=bind interfaces only=yes", "--option=server services=ldap"),
        )
        certificate = self.authority.sign("localhost", self.host)
        certificate.key.chmod(0o600)
        more = (
            f"\ttls keyfile = {certificate.key}\n\ttls certfile = {certificate.certificate}\n"
            f"\ttls cafile = {certificate.authority}\n\tlog level = 1 auth_audit:3\n\tlog file = {self.folder}/log\n"
            f"\tpid directory = {self.folder}\n\tncalrpc dir = {self.folder}/ncalrpc\n"
            f"\twinbindd socket directory = {self.folder}/winbindd\n\tntp signd socket directory = {self.folder}/ntp\n"
        )
        made = self.folder / "etc/smb.conf"
        made.write_text(made.read_text().replace("[global]\n", f"[global]\n{more}", 1))

    def _start(self) -> None:
        configuration = str(self.folder / "etc/smb.conf")
        command = ["samba", "-i", "-M", "single", "-s", configuration, "--debug-stdout"]
        self._process = started(command, self.folder / "output", self.host, _PORTS[1])

    def _make_account(self) -> None:
        """Make the account that the sync uses, and give it all rights below the branches and no others."""
        name, account = self.bind_dn.partition("@")[0], f"CN=authz,CN=Users,{self.suffix}"
        password = base64.b64encode(f'"{PASSWORD}"'.encode("utf-16-le")).decode()
        self.by_hand(
            f"dn: {account}\nchangetype: add\nobjectClass: user\nsAMAccountName: {name}\n"
            f"userPrincipalName: {self.bind_dn}\nuserAccountControl: 512\nunicodePwd:: {password}\n\n"
            f"dn: {self.trunk}\nchangetype: add\nobjectClass: organizationalUnit\n"
        )
        (entry,) = self.found(account, scope="base").values()
        (sid,) = entry["objectsid"]
        run(
            *("samba-tool", "dsacl", "set", "--action=allow", f"--objectdn={self.trunk}"),
            f"--sddl=(A;CI;GA;;;{_sid(sid)})",
            *("-H", f"{self.folder}/private/sam.ldb", f"--configfile={self.folder}/etc/smb.conf"),
        )


def _sid(value: bytes) -> str:
    """Return a security identifier as text (MS-DTYP 2.4.2)."""
    parts = [int.from_bytes(value[8 + 4 * number : 12 + 4 * number], "little") for number in range(value[1])]
    return "-".join(["S", str(value[0]), str(int.from_bytes(value[2:8])), *map(str, parts)])


def _free_address() -> str:
    """Return a loopback address on which nobody listens yet."""
    for number in range(2, 255):
        address = f"127.0.7.{number}"
        try:
            for port in _PORTS:
                with socket.socket() as listening:
                    listening.bind((address, port))
        except OSError:
            continue
        return address
    raise ServerError("every loopback address is taken")
