"""Lines in files: one file for each process, whole lines only, a new file when one is large or old enough."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from authz_service.decision_log.sinks import SinkError, told

__all__ = ["FileSink", "Rotation"]

MODE: Final = 0o640
"""For the service and its group: whoever carries the lines elsewhere belongs to it."""
MOST_FILES: Final = 1024
"""Processes that may write beside one another."""
TRY_AGAIN_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Rotation:
    """When a file is put away: at so many octets, and when a period of so many seconds since 1970 is over (0: never).

    `kept`: how many of those that were put away stay, for each process.
    """

    octets: int
    seconds: int
    kept: int


class FileSink:
    """Files beside one another: of `decisions.ndjson`, `decisions-1.ndjson` is that of the first process.

    Each process has one to itself, which it holds by a lock: so nobody else writes into the middle of a line, and what
    a full disk left of a line can be taken away again. A file that was removed or moved is made anew.
    """

    name = "file"

    def __init__(self, path: Path, rotation: Rotation, *, durable: bool) -> None:
        self._path = path
        self._rotation = rotation
        self._durable = durable
        self._descriptor = -1
        self._current = path
        self._begun = 0.0
        self._size = 0
        self._put_away_after = 0.0

    def check(self) -> None:
        """Make sure that a file can be had. Raises SinkError."""
        try:
            self._open()
        except OSError as error:
            raise SinkError(f"{told(error)} ({self._path.parent})") from None
        finally:
            self.close()

    def write(self, lines: bytes) -> None:
        """Write whole lines, all or none of them. Raises SinkError."""
        try:
            self._have_file(len(lines))
        except OSError as error:
            self.close()
            raise SinkError(told(error)) from None
        try:
            self._append(lines)
        except OSError as error:
            self._take_back()
            raise SinkError(told(error)) from None
        self._size += len(lines)

    def settle(self) -> None:
        """Return when all that was written is on the disk. Raises SinkError."""
        if self._descriptor < 0:
            return
        try:
            os.fdatasync(self._descriptor)
        except OSError as error:
            # What the system could not write once it may take for written from then on.
            self.close()
            raise SinkError(told(error)) from None

    def close(self) -> None:
        """Give the file back: another process may go on with it."""
        if self._descriptor >= 0:
            with suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = -1

    # --- writing ------------------------------------------------------------------------------------------------------

    def _append(self, lines: bytes) -> None:
        rest = memoryview(lines)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def _take_back(self) -> None:
        """Remove what was written of lines that could not be written as a whole."""
        if self._descriptor < 0:
            return
        try:
            os.ftruncate(self._descriptor, self._size)
        except OSError:
            self.close()  # whoever opens it ends the line that was begun

    # --- the file -----------------------------------------------------------------------------------------------------

    def _have_file(self, more: int) -> None:
        """Make sure that the file is open, at its place and neither too large nor too old. Raises OSError."""
        if self._descriptor >= 0 and not _is_at(self._current, self._descriptor):
            self.close()
        if self._descriptor < 0:
            self._open()
        if self._is_to_be_put_away(more) and time.monotonic() >= self._put_away_after:
            self._put_away()

    def _is_to_be_put_away(self, more: int) -> bool:
        if self._size == 0:
            return False
        period = self._rotation.seconds
        if period and time.time() // period > self._begun // period:
            return True
        return self._size + more > self._rotation.octets

    def _open(self) -> None:
        """Open the first file that no other process has. Raises OSError."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        for number in range(1, MOST_FILES + 1):
            current = self._path.with_name(f"{self._path.stem}-{number}{self._path.suffix}")
            descriptor = os.open(current, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, MODE)
            if _is_taken(descriptor, current):
                os.close(descriptor)
                continue
            self._descriptor, self._current = descriptor, current
            self._go_on()
            return
        raise OSError(errno.EMFILE, "too many processes write beside one another")

    def _go_on(self) -> None:
        """Go on where the file ends; a line that was never ended, as the machine stopped, is ended. Raises OSError."""
        status = os.fstat(self._descriptor)
        self._size = status.st_size
        self._begun = status.st_mtime if status.st_size else time.time()
        if self._size and os.pread(self._descriptor, 1, self._size - 1) != b"\n":
            self._append(b"\n")
            self._size += 1
        if self._durable:
            _settle_folder(self._path.parent)

    def _put_away(self) -> None:
        """Rename the file and begin a new one. Raises OSError when there is no new one."""
        now = time.time_ns()
        stamp = f"{time.strftime('%Y-%m-%dT%H-%M-%S', time.gmtime(now // 10**9))}.{now // 1000 % 10**6:06d}Z"
        try:
            if self._durable:
                os.fdatasync(self._descriptor)
            self._current.rename(_free(self._current, stamp))
        except OSError:
            # Better a file that is too large than no file. This is tried again, but not for every line.
            self._put_away_after = time.monotonic() + TRY_AGAIN_SECONDS
            return
        self._remove_oldest()
        self.close()
        self._open()

    def _remove_oldest(self) -> None:
        """Remove those that were put away too long ago; the name tells when."""
        old = sorted(self._current.parent.glob(f"{self._current.stem}.*{self._current.suffix}"))
        for path in old[: max(0, len(old) - self._rotation.kept)]:
            with suppress(OSError):
                path.unlink()


def _free(current: Path, stamp: str) -> Path:
    """Return the name for a file that is put away. Raises FileExistsError."""
    path = current.with_name(f"{current.stem}.{stamp}{current.suffix}")
    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, "a file was put away at that very instant")
    return path


def _is_taken(descriptor: int, path: Path) -> bool:
    """Lock the file, and return whether another process has it, or has just put it away."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return not _is_at(path, descriptor)


def _is_at(path: Path, descriptor: int) -> bool:
    """Return whether the open file is still the one at the path."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _settle_folder(folder: Path) -> None:
    """Wait until names given in the folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
