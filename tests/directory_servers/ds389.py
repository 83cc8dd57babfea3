"""389 Directory Server: made by its own installer, all of it in one folder, and run without systemd."""

from __future__ import annotations

import getpass
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key, pkcs12

from authz_service.directory.names import Dn
from tests.directory_servers.servers import PASSWORD, DirectoryServer, ServerError, free_port, run, started
from tests.sync.test_ldif import read

__all__ = ["Ds389", "Ds389WithMemberships"]

_DEFAULTS: Final = Path("/usr/share/dirsrv/inf/defaults.inf")
_INSTANCE: Final = "authz"
_MANAGER: Final = "cn=Directory Manager"
_PLACES: Final = {
    "/etc": "/etc",
    "/run": "/run",
    "/run/lock": "/lock",
    "/var": "/var",
    "/dev/shm": "/shm",  # noqa: S108 - a name in the installer's file
    "/tmp": "/tmp",  # noqa: S108 - likewise
}
"""Where the installer would put things, and where below our folder it puts them."""
_SETUP: Final = """\
[general]
config_version = 2
full_machine_name = localhost
strict_host_checking = False
selinux = False
systemd = False
start = False
[slapd]
instance_name = {instance}
port = {port}
secure_port = {secure_port}
root_password = {password}
self_sign_cert = False
user = {user}
group = {user}
[backend-userroot]
suffix = {suffix}
create_suffix_entry = True
"""
_ACCOUNT: Final = """\
dn: ou=services,{suffix}
changetype: add
objectClass: organizationalUnit

dn: {account}
changetype: add
objectClass: account
objectClass: simpleSecurityObject
userPassword: {password}

dn: {trunk}
changetype: add
objectClass: organizationalUnit
aci: (targetattr = "*")(version 3.0; acl "authz"; allow (all) userdn = "ldap:///{account}";)

"""


class Ds389(DirectoryServer):
    """An instance with the log of changes (retro changelog) on; all else is as its installer makes it."""

    example = "rma"
    suffix = "dc=rma,dc=example"
    bind_dn = f"uid=authz,ou=services,{suffix}"
    entry_id = "nsUniqueId"
    blocked = ("nsAccountLock", b"true", None)
    plugins: Mapping[str, Mapping[str, str]] = {"Retro Changelog Plugin": {}}
    """The plugins that are on, with what is set of them."""

    def make(self) -> None:
        self._port, self._secure_port = free_port(), free_port()
        self.plain_url = f"ldap://{self.host}:{self._port}"
        self.secure_url = f"ldaps://{self.host}:{self._secure_port}"
        self._install()
        self._give_certificate()
        self._configure()
        command = ["ns-slapd", "-D", str(self._config), "-i", str(self.folder / "run/authz.pid"), "-d", "0"]
        self._process = started(command, self.folder / "output", self.host, self._secure_port)
        self.by_hand(_ACCOUNT.format(suffix=self.suffix, account=self.bind_dn, password=PASSWORD, trunk=self.trunk))

    def administrator(self) -> tuple[str, str]:
        return _MANAGER, PASSWORD

    def mark(self) -> int:
        return int(self.root("lastChangeNumber"))

    def written_since(self, mark: int) -> set[Dn]:
        found = self.found("cn=changelog", f"(changeNumber>={mark + 1})").values()
        names = {Dn.parse(name.decode()) for entry in found for name in entry.get("targetdn", ())}
        return {name for name in names if name.is_below(self.trunk)}

    def binds(self) -> int:
        log = (self.folder / f"var/log/dirsrv/slapd-{_INSTANCE}/access").read_text("utf-8", "replace")
        return log.count(f'BIND dn="{self.bind_dn}" method=128')

    def set_password(self, dn: Dn, password: str) -> None:
        self.by_hand(f"dn: {dn}\nchangetype: modify\nreplace: userPassword\nuserPassword: {password}\n")

    # --- making it ----------------------------------------------------------------------------------------------------

    @property
    def _config(self) -> Path:
        return self.folder / f"etc/dirsrv/slapd-{_INSTANCE}"

    def _install(self) -> None:
        """Have the installer believe that our folder is the root of the file system."""
        folder = self.folder
        if not _DEFAULTS.exists():
            raise ServerError(
                "389 Directory Server is missing; on Debian `make test-directories` installs it (as root)"
            )
        shutil.copytree("/etc/dirsrv", folder / "etc/dirsrv")
        for name in ("etc/default", "share/dirsrv/inf", "run", "lock", "tmp", "shm", "inst", "var/log", "var/lib"):
            (folder / name).mkdir(parents=True)
        defaults = re.sub(r"(?m)^with_systemd = 1$", "with_systemd = 0", _DEFAULTS.read_text())
        defaults = re.sub(r"(?m)^(inst_dir) = .*$", rf"\1 = {folder}/inst/slapd-{{instance_name}}", defaults)
        places = "|".join(sorted(_PLACES, key=len, reverse=True))
        defaults = re.sub(
            rf"(?m)^(\w+) = ({places})(?=/|$)", lambda found: f"{found[1]} = {folder}{_PLACES[found[2]]}", defaults
        )
        (folder / "share/dirsrv/inf/defaults.inf").write_text(defaults)
        setup = folder / "setup.inf"
        setup.write_text(
            _SETUP.format(
                instance=_INSTANCE,
                port=self._port,
                secure_port=self._secure_port,
                password=PASSWORD,
                user=getpass.getuser(),
                suffix=self.suffix,
            )
        )
        run("dscreate", "from-file", str(setup), environment={"PREFIX": str(folder)})

    def _give_certificate(self) -> None:
        certificate = self.authority.sign("localhost", self.host)
        key = load_pem_private_key(certificate.key.read_bytes(), None)
        bundle = self.folder / "server.p12"
        bundle.write_bytes(
            pkcs12.serialize_key_and_certificates(
                b"Server-Cert",
                key,  # type: ignore[arg-type] # it is one that can sign
                x509.load_pem_x509_certificate(certificate.certificate.read_bytes()),
                None,
                BestAvailableEncryption(PASSWORD.encode()),
            )
        )
        store = ("-d", str(self._config))
        secret = str(self._config / "pwdfile.txt")
        run("certutil", "-A", *store, "-f", secret, "-n", "CA", "-t", "CT,,", "-a", "-i", str(certificate.authority))
        run("pk12util", "-i", str(bundle), *store, "-k", secret, "-W", PASSWORD)

    def _configure(self) -> None:
        dse = self._config / "dse.ldif"
        text = dse.read_text().replace("\n ", "")
        settings = {
            "nsslapd-listenhost": self.host,
            "nsslapd-securelistenhost": self.host,
            "nsslapd-security": "on",
            "nsslapd-accesslog-logbuffering": "off",
        }
        text = _with_settings(text, "cn=config", settings)
        for name, asked in self.plugins.items():
            text = _with_settings(text, f"cn={name},cn=plugins,cn=config", {"nsslapd-pluginEnabled": "on", **asked})
        dse.write_text(text)


class Ds389WithMemberships(Ds389):
    """An instance that tells everybody's groups in his own entry, and has members follow when an entry is renamed."""

    plugins: Mapping[str, Mapping[str, str]] = {
        **Ds389.plugins,
        "MemberOf Plugin": {"memberofgroupattr": "uniqueMember"},
        "referential integrity postoperation": {},
    }


def _with_settings(ldif: str, dn: str, settings: Mapping[str, str]) -> str:
    """Return unfolded LDIF with one entry's attributes set."""
    records = ldif.split("\n\n")
    number = next(number for number, record in enumerate(records) if read(record)[:1] == [("dn", dn.encode())])
    names = {name.lower() for name in settings}
    kept = [line for line in records[number].splitlines() if line.partition(":")[0].lower() not in names]
    records[number] = "\n".join([*kept, *(f"{name}: {value}" for name, value in settings.items())])
    return "\n\n".join(records)
