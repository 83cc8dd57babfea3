"""OpenLDAP, as the yardstick that the other servers are held to."""

from __future__ import annotations

from typing import Final

from authz_service.directory.names import Dn
from tests.directory.certificates import Authority
from tests.directory.slapd import BASE, Slapd, SlapdOptions
from tests.directory.slapd import PASSWORD as SLAPD_PASSWORD
from tests.directory_servers.servers import DirectoryServer, run

__all__ = ["OpenLdap"]

_OVERLAYS: Final = ("syncprov", "ppolicy", "accesslog")
_POLICY: Final = f"cn=policy,{BASE}"


class OpenLdap(DirectoryServer):
    """slapd with the overlays that the example counts on, and a log of all writes."""

    example = "uman"
    suffix = BASE
    bind_dn = Slapd.sync_dn
    bind_password = SLAPD_PASSWORD
    entry_id = "entryUUID"
    blocked = ("pwdAccountLockedTime", b"000001010000Z", None)

    def __init__(self, authority: Authority) -> None:
        super().__init__(authority)
        options = SlapdOptions(
            overlays=_OVERLAYS, limits="size=unlimited time=unlimited", global_lines="loglevel stats"
        )
        self._slapd = Slapd(authority.sign("localhost", "127.0.0.1"), options)

    def make(self) -> None:
        self._slapd.__enter__()
        self.plain_url, self.secure_url = self._slapd.url, self._slapd.tls_url
        self.by_hand(
            f"dn: {self.trunk}\nchangetype: add\nobjectClass: organizationalUnit\n\n"
            f"dn: {_POLICY}\nchangetype: add\nobjectClass: device\nobjectClass: pwdPolicy\n"
            "pwdAttribute: userPassword\npwdLockout: TRUE\n"
        )

    def close(self) -> None:
        self._slapd.close()
        super().close()

    def tool(self, program: str, *arguments: str, given: str = "") -> str:
        return self._slapd.tool(program, *arguments, given=given)

    def administrator(self) -> tuple[str, str]:
        return "", ""

    def mark(self) -> int:
        return len(self._slapd.writes())

    def written_since(self, mark: int) -> set[Dn]:
        return {Dn.parse(name) for _, name in self._slapd.writes()[mark:]}

    def binds(self) -> int:
        return self._slapd.log().count(f'BIND dn="{self.bind_dn}" method=128')

    def set_password(self, dn: Dn, password: str) -> None:
        """Set it, and have the policy hold for the entry: without one that locks, OpenLDAP lets in whoever is locked."""
        self.by_hand(f"dn: {dn}\nchangetype: modify\nreplace: pwdPolicySubentry\npwdPolicySubentry: {_POLICY}\n")
        run("ldappasswd", *("-Q", "-Y", "EXTERNAL", "-H", self._slapd.socket_url, "-s", password, str(dn)))
