"""Standard output and syslog: whole lines, whoever reads or does not."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from authz_service.decision_log.sinks import SinkError, StreamSink, SyslogSink
from tests.decision_log.conftest import record, renderer

PROJECT = Path(__file__).parents[2]
WRITER = """
import sys
from authz_service.decision_log.outlets import Outlet
from authz_service.decision_log.sinks import StreamSink
from tests.decision_log.conftest import record, renderer
outlet, make = Outlet(StreamSink(), 100_000), renderer()
for begin in range(int(sys.argv[1]), int(sys.argv[1]) + 2000, 40):
    outlet.offer(make.lines([record(number) for number in range(begin, begin + 40)]), 40)
    while outlet.waiting:
        outlet.flush(last=True)
"""


def lines(*numbers: int) -> bytes:
    return renderer().lines([record(number) for number in numbers])


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def test_processes_that_share_standard_output_do_not_tear_lines() -> None:
    reading, writing = os.pipe()
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(begin)], cwd=PROJECT, stdout=writing) for begin in (0, 2000)
    ]
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        got = pipe.read().splitlines(keepends=True)
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert sorted(got) == sorted(lines(number) for number in range(4000))


def test_nobody_reads_and_nobody_is_held_up(pipe: tuple[int, int]) -> None:
    sink, reading = StreamSink(pipe[1]), pipe[0]
    content = lines(*range(1000))
    begun = time.monotonic()
    with pytest.raises(SinkError) as refused:
        sink.write(content)
    assert time.monotonic() - begun < 5
    written = refused.value.written
    assert 0 < written < len(content)
    assert content[written - 1 : written] == b"\n"
    assert os.read(reading, len(content)) == content[:written]
    # Someone reads again: the rest goes where it belongs.
    reader = threading.Thread(target=lambda: sink.write(content[written:]))
    reader.start()
    got = b""
    while len(got) < len(content) - written:
        got += os.read(reading, 65_536)
    reader.join()
    assert got == content[written:]


def test_a_device_that_is_full() -> None:
    descriptor = os.open("/dev/full", os.O_WRONLY)
    try:
        with pytest.raises(SinkError, match="No space left on device") as refused:
            StreamSink(descriptor).write(lines(1))
    finally:
        os.close(descriptor)
    assert refused.value.written == 0


def test_whoever_read_is_gone() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        with pytest.raises(SinkError, match="Broken pipe"):
            StreamSink(writing).write(lines(1))
    finally:
        os.close(writing)


def test_there_is_no_standard_output() -> None:
    with pytest.raises(SinkError):
        StreamSink(987).check()


class TestSyslog:
    @pytest.fixture
    def listener(self, tmp_path: Path) -> Iterator[socket.socket]:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
            listening.bind(str(tmp_path / "log"))
            yield listening

    def test_a_line_is_a_datagram(self, listener: socket.socket, tmp_path: Path) -> None:
        sink = SyslogSink(tmp_path / "log")
        sink.check()
        sink.write(lines(1, 2))
        sink.close()
        assert [listener.recv(65_536) for _ in range(2)] == [b"<134>authz: " + lines(number)[:-1] for number in (1, 2)]

    def test_whoever_does_not_come_along_holds_nobody_up(self, listener: socket.socket, tmp_path: Path) -> None:
        sink = SyslogSink(tmp_path / "log")
        content = lines(*range(10_000))
        with pytest.raises(SinkError) as refused:
            sink.write(content)
        sink.close()
        assert 0 < refused.value.written < len(content)
        assert content[: refused.value.written].endswith(b"\n")

    def test_one_who_is_started_anew_is_found(self, tmp_path: Path) -> None:
        sink = SyslogSink(tmp_path / "log")
        with pytest.raises(SinkError):
            sink.check()
        for number in (1, 2):
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
                listening.bind(str(tmp_path / "log"))
                if number == 2:
                    with pytest.raises(SinkError):
                        sink.write(lines(number))
                sink.write(lines(number))
                assert listening.recv(65_536).endswith(lines(number)[:-1])
            (tmp_path / "log").unlink()
        sink.close()
