"""Tables and videos made to harm: a pickle in a schema, tables and pictures that announce gigabytes, playlists."""

import pickle
import struct
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.faults.command import assert_refused
from tests.faults.test_malicious import Bomb

from siamloss.crops.verify import verify_any
from siamloss.demo.video import open_video
from siamloss.errors import CorruptError, EmptySequenceError, UnreadableVideoError
from siamloss.model import build_model
from siamloss.provenance.parquet import read_parquet
from siamloss.records import COLUMNS, read_records
from siamloss.training.run import write_run


def pickled_type(path):
    """A record table whose column is of a type that is described by a pickle, as older versions of arrow load it."""
    described = {b"ARROW:extension:name": b"arrow.py_extension_type", b"ARROW:extension:metadata": pickle.dumps(Bomb())}
    fields = [pa.field(name, pa.float64(), metadata=described) for name in COLUMNS]
    pq.write_table(pa.table([pa.array([0.0])] * len(fields), schema=pa.schema(fields)), path)


def pickled_index(path):
    """A record table with pickles where pandas keeps its index and its types."""
    table = pa.table({name: [0.0] for name in COLUMNS})
    facts = {b"pandas": pickle.dumps(Bomb()), b"PANDAS_ATTRS": pickle.dumps(Bomb())}
    pq.write_table(table.replace_schema_metadata(facts), path)


def objects(path):
    """A column of pickled objects, which are bytes to us."""
    pq.write_table(pa.table({name: [pickle.dumps(Bomb())] for name in COLUMNS}), path)


def many_rows(path):
    """Equal rows without end, which take no place in the file."""
    pq.write_table(pa.table({"frame": np.zeros(50_000_000, np.int8)}), path, row_group_size=50_000_000)
    assert path.stat().st_size < 40_000


@pytest.mark.parametrize("make", [pickled_index, objects, many_rows])
def test_a_record_table_that_is_none_is_refused(tmp_path, monkeypatch, make):
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "r.parquet")
    with pytest.raises(CorruptError, match="delete it and run snakemake again"):
        read_records(tmp_path / "r.parquet")
    assert not (tmp_path / "canary").exists()


def test_numbers_of_a_pickled_type_are_numbers(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pickled_type(tmp_path / "r.parquet")
    assert read_records(tmp_path / "r.parquet")["x"].tolist() == [0.0]
    assert not (tmp_path / "canary").exists()


def test_rows_without_end_are_refused_before_they_take_memory(tmp_path):
    many_rows(tmp_path / "r.parquet")
    with pytest.raises(ValueError, match=r"50000000 rows in [0-9]+ bytes are more than memory should be taken for"):
        read_parquet(tmp_path / "r.parquet")


@pytest.mark.parametrize("make", [pickled_index, many_rows])
def test_verify_says_what_is_no_table(tmp_path, monkeypatch, make):
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "r.parquet")
    with pytest.raises(CorruptError, match=r"r\.parquet"):
        verify_any(tmp_path / "r.parquet").require_whole()
    assert not (tmp_path / "canary").exists()


@pytest.fixture
def asked():
    """What a server on this machine was asked for; the paths begin with its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            paths.append(self.path)
            self.send_error(404)

        def log_message(self, *_):
            """Nothing is written."""

    paths = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    paths_and_port = paths, server.server_address[1]
    yield paths_and_port
    server.shutdown()
    server.server_close()


HLS = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{}\n#EXT-X-ENDLIST\n"
PLAYLISTS = {
    "playlist.mp4": HLS.format("http://127.0.0.1:{port}/x.ts"),
    "playlist.m3u8": HLS.format("http://127.0.0.1:{port}/x.ts"),
    "joined.m3u8": HLS.format("concat:http://127.0.0.1:{port}/x|file:///etc/passwd"),
    "list.mp4": "ffconcat version 1.0\nfile 'http://127.0.0.1:{port}/x.mp4'\n",
    "absolute.mp4": "ffconcat version 1.0\nfile /etc/passwd\n",
    "stream.sdp": "v=0\nc=IN IP4 127.0.0.1\nm=video {port} RTP/AVP 96\n",
}


@pytest.mark.parametrize("name", PLAYLISTS)
def test_a_video_that_is_a_list_of_addresses_fetches_nothing(tmp_path, asked, name):
    paths, port = asked
    (tmp_path / name).write_text(PLAYLISTS[name].format(port=port))
    with pytest.raises(UnreadableVideoError, match="cannot be read as a video; restore it"):
        open_video(str(tmp_path / name))
    assert paths == []


def test_the_command_line_refuses_a_playlist(tiny, tmp_path):
    (tmp_path / "run").mkdir()
    write_run(tmp_path / "run", build_model(tiny.model, seed=0), [], {"head": "correlation"}, {})
    (tmp_path / "v.m3u8").write_text(PLAYLISTS["playlist.m3u8"].format(port=9))
    command = [sys.executable, "-m", "siamloss.cli", "demo", "v.m3u8", "--run", "run", "--init", "5,5,10,10"]
    done = subprocess.run([*command, "--out", "out"], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert_refused(done, tmp_path, "UnreadableVideoError: v.m3u8 cannot be read as a video")
    assert not (tmp_path / "out").exists()


def test_a_video_that_announces_gigabytes_is_refused(tmp_path):
    path = tmp_path / "wide.avi"
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter_fourcc(*"MJPG"), 25, (64, 48))
    for shade in range(5):
        writer.write(np.full((48, 64, 3), shade, np.uint8))
    writer.release()
    begin, sizes = b"\xff\xc0\x00\x11\x08", struct.pack(">HH", 48, 64)
    data = path.read_bytes()
    assert data.count(begin + sizes) == 5
    path.write_bytes(data.replace(begin + sizes, begin + b"\xff\xff" * 2))
    with pytest.raises((UnreadableVideoError, EmptySequenceError), match=r"wide\.avi"):
        list(open_video(str(path)).frames)
