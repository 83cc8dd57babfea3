"""Lines in files: nothing torn, nothing between others' lines, and what happens when the disk does not play along."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from authz_service.decision_log import files
from authz_service.decision_log.files import FileSink, Rotation
from authz_service.decision_log.sinks import SinkError
from tests.decision_log.conftest import (
    DISK_OCTETS,
    NEVER,
    file_sink,
    limited,
    lines_of,
    mounted,
    numbers_in,
    record,
    renderer,
)

PROJECT = Path(__file__).parents[2]
WRITER = """
import sys
from pathlib import Path
from tests.decision_log.conftest import file_sink, record, renderer
sink, make = file_sink(Path(sys.argv[1])), renderer()
for number in range(int(sys.argv[2]), int(sys.argv[3])):
    sink.write(make.lines([record(number)]))
"""


def line(number: int) -> bytes:
    return renderer().lines([record(number)])


@pytest.fixture
def sink(path: Path) -> Iterator[FileSink]:
    opened = file_sink(path)
    yield opened
    opened.close()


def test_the_folder_and_the_file_are_made_for_the_service_and_its_group(sink: FileSink, path: Path) -> None:
    sink.write(line(1) + line(2))
    (made,) = path.parent.iterdir()
    assert made.name == "decisions-1.ndjson"
    assert made.stat().st_mode & 0o777 == 0o640
    assert numbers_in(made) == [1, 2]


def test_checking_leaves_the_file_to_whoever_comes(path: Path) -> None:
    one, other = file_sink(path), file_sink(path)
    one.check()
    other.write(line(1))
    other.close()
    assert [each.name for each in path.parent.iterdir()] == ["decisions-1.ndjson"]


def test_a_process_goes_on_with_the_file_of_one_that_ended(path: Path) -> None:
    for number in (1, 2):
        sink = file_sink(path)
        sink.write(line(number))
        sink.close()
    assert numbers_in(*path.parent.iterdir()) == [1, 2]


def test_processes_on_one_path_have_a_file_each(path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, path, str(begin), str(begin + 2000)], cwd=PROJECT)
        for begin in (0, 2000, 4000)
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    assert sorted(numbers_in(*path.parent.iterdir())) == list(range(6000))


def test_two_at_the_same_time_do_not_share_a_file(path: Path) -> None:
    sinks = [file_sink(path) for _ in range(3)]
    for number, sink in enumerate(sinks):
        sink.write(line(number))
    assert sorted(each.name for each in path.parent.iterdir()) == [f"decisions-{number}.ndjson" for number in (1, 2, 3)]
    for sink in sinks:
        sink.close()


def test_a_line_that_was_never_ended_is_ended(path: Path) -> None:
    path.parent.mkdir()
    (path.parent / "decisions-1.ndjson").write_bytes(line(1) + b'{"time":"20')
    sink = file_sink(path)
    sink.write(line(2))
    sink.close()
    assert (path.parent / "decisions-1.ndjson").read_bytes() == line(1) + b'{"time":"20\n' + line(2)


class TestPuttingAway:
    def test_by_size(self, path: Path) -> None:
        sink = file_sink(path, Rotation(octets=3 * len(line(1)), seconds=0, kept=100))
        for number in range(10):
            sink.write(line(number))
        sink.close()
        written = sorted(path.parent.iterdir())
        assert [len(lines_of(each)) for each in written] == [3, 3, 3, 1]
        assert written[-1].name == "decisions-1.ndjson"
        assert numbers_in(*written) == list(range(10))

    def test_a_number_of_them_is_kept_the_latest(self, path: Path) -> None:
        sink = file_sink(path, Rotation(octets=len(line(1)), seconds=0, kept=2))
        for number in range(6):
            sink.write(line(number))
        sink.close()
        assert numbers_in(*sorted(path.parent.iterdir())) == [3, 4, 5]

    def test_those_of_other_processes_and_strangers_stay(self, path: Path) -> None:
        path.parent.mkdir()
        others = [path.parent / name for name in ("decisions-2.2020.ndjson", "decisions-10.2020.ndjson", "notes")]
        for other in others:
            other.touch()
        sink = file_sink(path, Rotation(octets=1, seconds=0, kept=1))
        for number in range(4):
            sink.write(line(number))
        sink.close()
        assert all(other.exists() for other in others)

    @pytest.mark.parametrize("reopened", [False, True])
    def test_by_time(self, path: Path, monkeypatch: pytest.MonkeyPatch, reopened: bool) -> None:
        now = 1_700_000_000.0
        monkeypatch.setattr(time, "time", lambda: now)
        sink = file_sink(path, Rotation(octets=10**9, seconds=3600, kept=9))
        sink.write(line(1))
        os.utime(path.parent / "decisions-1.ndjson", (now, now))
        if reopened:
            sink.close()
        now += 1000
        sink.write(line(2))
        now += 2000  # from 22:13:20 past 23:00
        sink.write(line(3))
        sink.close()
        assert [numbers_in(each) for each in sorted(path.parent.iterdir())] == [[1, 2], [3]]

    def test_where_that_fails_the_file_grows(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        sink = file_sink(path, Rotation(octets=1, seconds=0, kept=1))
        monkeypatch.setattr(files, "_free", lambda *_: path.parent / "nowhere" / "x")
        for number in range(3):
            sink.write(line(number))
        sink.close()
        assert numbers_in(*path.parent.iterdir()) == [0, 1, 2]


class TestOthersHands:
    def test_a_file_that_is_removed_is_made_anew(self, sink: FileSink, path: Path) -> None:
        sink.write(line(1))
        (path.parent / "decisions-1.ndjson").unlink()
        sink.write(line(2))
        assert numbers_in(path.parent / "decisions-1.ndjson") == [2]

    def test_one_that_is_moved_stays_as_it_is(self, sink: FileSink, path: Path) -> None:
        sink.write(line(1))
        (path.parent / "decisions-1.ndjson").rename(path.parent / "moved")
        sink.write(line(2))
        assert numbers_in(path.parent / "moved", path.parent / "decisions-1.ndjson") == [1, 2]

    def test_the_folder_too(self, sink: FileSink, path: Path) -> None:
        sink.write(line(1))
        path.parent.rename(path.parent.with_name("elsewhere"))
        sink.write(line(2))
        assert numbers_in(path.parent / "decisions-1.ndjson") == [2]

    def test_a_folder_that_cannot_be(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        sink = file_sink(tmp_path / "file" / "decisions.ndjson")
        with pytest.raises(SinkError, match=r"Not a directory|File exists"):
            sink.check()
        with pytest.raises(SinkError):
            sink.write(line(1))
        (tmp_path / "file").unlink()
        sink.write(line(2))
        sink.close()
        assert numbers_in(tmp_path / "file" / "decisions-1.ndjson") == [2]

    def test_no_link_to_elsewhere_is_followed(self, path: Path, tmp_path: Path) -> None:
        path.parent.mkdir()
        (path.parent / "decisions-1.ndjson").symlink_to(tmp_path / "elsewhere")
        with pytest.raises(SinkError):
            file_sink(path).write(line(1))
        assert not (tmp_path / "elsewhere").exists()


def fill(sink: FileSink, lines: bytes) -> int:
    """Write until that fails, and return how often it did not."""
    for count in range(10 * DISK_OCTETS // len(lines)):
        try:
            sink.write(lines)
        except SinkError:
            return count
    raise AssertionError("it takes everything")


class TestFullDisk:
    """Real ones: a file that may not grow any further, and a small file system where this machine lets us have one."""

    def test_only_whole_lines_are_left(self, sink: FileSink, path: Path) -> None:
        portion = b"".join(line(number) for number in range(7))
        with limited(DISK_OCTETS):
            count = fill(sink, portion)
        assert numbers_in(path.parent / "decisions-1.ndjson") == list(range(7)) * count
        sink.write(line(99))
        assert numbers_in(path.parent / "decisions-1.ndjson")[-1] == 99

    def test_on_a_file_system_of_its_own(self, path: Path) -> None:
        path.parent.mkdir()
        portion = b"".join(line(number) for number in range(7))
        with mounted(path.parent) as is_small, limited(DISK_OCTETS if not is_small else DISK_OCTETS * 10):
            sink, ballast = file_sink(path), path.parent / "ballast"
            sink.check()
            ballast.write_bytes(b"x" * (DISK_OCTETS // 2))
            count = fill(sink, portion)
            assert numbers_in(path.parent / "decisions-1.ndjson") == list(range(7)) * count
            ballast.unlink()
            if is_small:
                sink.write(portion)
                assert numbers_in(path.parent / "decisions-1.ndjson") == list(range(7)) * (count + 1)
            sink.close()


def test_what_is_to_stay_is_on_the_disk_its_name_included(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def noticed(name: str, real: Callable[[int], None]) -> Callable[[int], None]:
        def notice(descriptor: int) -> None:
            asked.append(name)
            real(descriptor)

        return notice

    for name in ("fsync", "fdatasync"):
        monkeypatch.setattr(os, name, noticed(name, getattr(os, name)))
    sink = file_sink(path, NEVER, durable=True)
    sink.write(line(1))
    sink.settle()
    sink.close()
    assert asked == ["fsync", "fdatasync"]
