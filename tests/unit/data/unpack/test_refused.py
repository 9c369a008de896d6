"""Every kind of archive that is refused: the member and the remedy are named, and nothing is left anywhere."""

import bz2
import gzip
import lzma
import shutil

import pytest
from tests.unit.data.unpack.build import (
    Entry,
    deflate,
    pax,
    tar_bytes,
    tar_header,
    tar_member,
    unicode_path,
    write,
    zip_bytes,
)

from siamloss.data.unpack import Limits, unpack
from siamloss.errors import ArchiveError

GOOD = Entry("good.txt", b"good")
SMALL = Limits(members=5, bytes=5000, ratio=10, free_bytes=1000)
LONG = "/".join(["part"] * 250)
ZEROS = bytes(4000)


def zipped(*entries, **facts):
    return zip_bytes(GOOD, *entries, **facts)


def tarred(*members, **facts):
    return tar_bytes(tar_member("good.txt", b"good"), *members, **facts)


NAMES = {
    "absolute name": ("/etc/x", "absolute name"),
    "absolute name behind ./": (".//etc/x", "absolute name"),
    "parent folder": ("a/../../x", r"'\.\.'"),
    "parent folder alone": ("..", r"'\.\."),
    "parent folder behind ./": ("./../x", r"'\.\."),
    "dot inside": ("a/./x", "'.' in its name"),
    "empty part": ("a//x", "empty part"),
    "drive letter": ("C:x.txt", "colon"),
    "drive with folder": ("C:/x.txt", "colon"),
    "stream": ("x.txt:hidden", "colon"),
    "network share with slashes": ("//server/share/x", "absolute name"),
    "network share with backslashes": ("\\\\server\\share\\x", "backslash"),
    "backslash as separator": ("..\\x.txt", "backslash"),
    "newline": ("a\nb", "control character"),
    "escape": ("a\x1b[2Jb", "control character"),
    "name too long": ("n" * 256, "more than 255 bytes"),
    "path too long": (LONG, "more than 1024 bytes"),
    "device": ("CON", "device of Windows"),
    "device with suffix": ("folder/nul.txt", "device of Windows"),
    "device with a number": ("com1.jpg", "device of Windows"),
    "dot behind": ("a./x", "dot or a space"),
    "space behind": ("x ", "dot or a space"),
}
ZIPS = {
    **{f"name: {kind}": (zipped(Entry(name)), words) for kind, (name, words) in NAMES.items()},
    "NUL in a name": (zipped(Entry("a\0b")), "NUL"),
    "empty name": (zipped(Entry("")), "empty name"),
    "second name that leads out": (zipped(Entry("x", extra=unicode_path("x", "../y"))), r"'../y' leads out"),
    "second name that is no text": (zipped(Entry("x", extra=unicode_path("x", b"\xff"))), "undecodable bytes"),
    "symbolic link": (zipped(Entry("l", b"/etc", mode=0o120777)), "'l' is a symbolic link"),
    "device": (zipped(Entry("d", b"", mode=0o020644)), "'d' is a device"),
    "block device": (zipped(Entry("d", b"", mode=0o060644)), "'d' is a device"),
    "named pipe": (zipped(Entry("p", b"", mode=0o010644)), "'p' is a named pipe"),
    "socket": (zipped(Entry("s", b"", mode=0o140644)), "'s' is a socket"),
    "setuid": (zipped(Entry("run", mode=0o104755)), "'run' has a setuid"),
    "setgid": (zipped(Entry("run", mode=0o102755)), "'run' has a setuid or setgid"),
    "duplicate": (zipped(Entry("good.txt")), "'good.txt' is in the archive twice"),
    "duplicate folder": (zipped(Entry("f/", b"", mode=0), Entry("f/", b"", mode=0)), "'f/' is in the archive twice"),
    "names by case": (zipped(Entry("Good.TXT")), "'Good.TXT' and 'good.txt' differ only"),
    "folders by case": (zipped(Entry("A/x"), Entry("a/y")), "'a/y' and 'A' differ only"),
    "names by Unicode form": (zipped(Entry("é"), Entry("e\u0301")), "differ only by case or by the form"),
    "names by compatibility form": (zipped(Entry("ﬁ"), Entry("fi")), "differ only by case or by the form"),
    "names by folded case": (zipped(Entry("straße"), Entry("STRASSE")), "differ only by case or by the form"),
    "file then folder": (zipped(Entry("f"), Entry("f/x")), "'f/x' needs 'f' as a file and as a folder"),
    "folder then file": (zipped(Entry("f/x"), Entry("f")), "'f' needs 'f' as a file and as a folder"),
    "folder by mode only": (zipped(Entry("f", b"", mode=0o040755)), "'f' is a folder by its mode or by its name"),
    "folder with content": (zipped(Entry("f/", b"data", mode=0)), "'f/' is a folder with content"),
    "bomb by ratio": (zipped(Entry("b", ZEROS, 8)), r"'b' brings the content to 4004 bytes.*bomb.*raise the limits"),
    "bomb by size": (zipped(Entry("b", bytes(range(256)) * 20)), "'b' brings the content to 5124 bytes, of 5000"),
    "bomb by a lie about the size": (
        zipped(Entry("b", b"hello", 8, packed=deflate(ZEROS))),
        "'b' holds more than the 5 bytes it announces",
    ),
    "bomb by count": (zip_bytes(*(Entry(f"{n}") for n in range(6))), r"has 6 members, more than 5"),
    "overlap": (zipped(Entry("o", b"x", packed=b"x" * 9, packed_size=5000, size=5000)), "'o' overlaps"),
    "two members in one place": (zipped(Entry("good.txt2", offset=0)), "another name in its own header"),
    "place outside": (zipped(Entry("x", offset=2**31)), "'x' has no header where the directory says"),
    "other local name": (zipped(Entry("x", local_name=b"y")), "'x' has another name in its own header"),
    "other local size": (zipped(Entry("x", local_size=4)), "'x' has another size or checksum"),
    "other local packed size": (zipped(Entry("x", local_packed_size=4)), "'x' has another size or checksum"),
    "other local checksum": (zipped(Entry("x", local_crc=4)), "'x' has another size or checksum"),
    "other local method": (zipped(Entry("x", local_method=8)), "'x' has other compression in its own header"),
    "other local flags": (zipped(Entry("x", local_flags=0x800)), "'x' has other flags in its own header"),
    "stored with two sizes": (zipped(Entry("x", b"hello", packed=b"hell")), "'x' is stored with two sizes"),
    "encrypted": (zipped(Entry("x", flags=1)), "'x' is encrypted"),
    "strongly encrypted": (zipped(Entry("x", flags=0x40)), "'x' is encrypted"),
    "masked directory": (zipped(Entry("x", flags=0x2000)), "'x' is encrypted"),
    "unknown compression": (zipped(Entry("x", method=93)), "'x' has compression 93"),
    "patch": (zipped(Entry("x", flags=0x20)), "'x' has compression 0; only"),
    "wrong CRC": (zipped(Entry("x", crc=1)), "'x' is damaged .CRC-32 3610a686 instead of 00000001"),
    "wrong CRC, deflated": (zipped(Entry("x", method=8, crc=1)), "'x' is damaged .CRC-32"),
    "damaged deflate": (zipped(Entry("x", method=8, packed=b"\xff\xff\xff")), "'x' is damaged"),
    "deflate without end": (zipped(Entry("x", method=8, packed=deflate(b"hello")[:-2])), "'x' is cut off"),
    "more behind the deflate stream": (zipped(Entry("x", method=8, packed=deflate(b"hello") + b"x")), "something else"),
    "shorter than announced": (zipped(Entry("x", b"hello", 8, size=9)), "'x' (holds 5 bytes|is damaged)"),
    "split archive": (zipped(disk=1), "is one part of a split archive"),
    "member on another disk": (zipped(Entry("x", disk=1)), "'x' lies on another disk"),
    "data behind the end": (zipped(behind=b"x"), "something else behind its end record"),
    "data before the first member": (zip_bytes(GOOD, before=b"PK\x03\x04.."), "something else before its first"),
    "comment longer than the file": (zipped(comment=b"abc")[:-1], "behind its end record, or is cut off"),
    "wrong count": (zipped(count=2), "(announces 2 members and lists 1|does not end)"),
    "directory elsewhere": (zipped(directory_shift=-1), "does not end where its end record begins"),
    "cut at the half": (zipped(Entry("x", b"0123456789" * 9))[:90], "cut off: it has no end record"),
    "cut before the last byte": (zipped()[:-1], "cut off|behind its end record"),
    "nothing in it": (zip_bytes(), "holds no file"),
}
TARS = {
    **{f"name: {kind}": (tarred(tar_member(name)), words) for kind, (name, words) in NAMES.items() if len(name) <= 100},
    "pax path leads out": (tarred(pax(path="../x") + tar_member("../x")), r"'\.\.'"),
    "pax path too long": (tarred(pax(path=LONG) + tar_member("x")), "more than 1024 bytes"),
    "pax path in two ways": (
        tarred(pax(path="b.txt") + tar_member("a.txt")),
        "'b.txt' has two names, the other is 'a.txt'",
    ),
    "pax size in two ways": (tarred(pax(size=3) + tar_member("a.txt")), "'a.txt' has two sizes, 5 and 3"),
    "pax size negative": (tarred(pax(size=-512) + tar_member("a.txt")), "'a.txt' has two sizes"),
    "pax size no number": (tarred(pax(size="x") + tar_member("a.txt")), "'a.txt' has two sizes, 5 and 0"),
    "pax header too large": (tarred(tar_header("pax", 2**21, b"x")), "extended headers of 2097152 bytes"),
    "long name too large": (tarred(tar_header("././@LongLink", 2**21, b"L")), "extended headers of 2097152 bytes"),
    "symbolic link": (tarred(tar_header("l", kind=b"2", link="/etc")), "'l' is a symbolic link"),
    "hard link": (tarred(tar_header("l", kind=b"1", link="good.txt")), "'l' is a hard link"),
    "character device": (tarred(tar_header("d", kind=b"3")), "'d' is a device"),
    "block device": (tarred(tar_header("d", kind=b"4")), "'d' is a device"),
    "named pipe": (tarred(tar_header("p", kind=b"6")), "'p' is a named pipe"),
    "unknown type": (tarred(tar_header("s", kind=b"s")), "'s' is an entry of unknown type b's'"),
    "part of a multi-volume file": (tarred(tar_member("m", kind=b"M")), "'m' is an entry of unknown type"),
    "sparse, GNU": (tarred(tar_member("s", kind=b"S")), "'s' is a sparse file"),
    "sparse, pax 0.0": (tarred(pax(GNU__sparse__size=9) + tar_member("s")), "'s' is a sparse file"),
    "sparse, pax 0.1": (tarred(pax(GNU__sparse__map="0,1") + tar_member("s")), "'s' is a sparse file"),
    "sparse, pax 1.0": (tarred(pax(GNU__sparse__major=1, GNU__sparse__minor=0) + tar_member("s")), "'s' is a sparse"),
    "setuid": (tarred(tar_member("run", mode=0o4755)), "'run' has a setuid"),
    "setgid": (tarred(tar_member("run", mode=0o2755)), "'run' has a setuid or setgid"),
    "duplicate": (tarred(tar_member("./good.txt")), "'./good.txt' is in the archive twice"),
    "names by case": (tarred(tar_member("GOOD.txt")), "'GOOD.txt' and 'good.txt' differ only"),
    "file then folder": (tarred(tar_member("good.txt/x")), "needs 'good.txt' as a file and as a folder"),
    "folder with content": (tarred(tar_member("f", kind=b"5")), "'f' is a folder with content"),
    "undecodable name": (tarred(tar_member(b"a\xffb")), "undecodable bytes"),
    "negative size": (tarred(tar_header("n", size_field=b"\xff" * 12)), "'n' has a negative size"),
    "bomb by size": (tarred(tar_member("b", bytes(5000))), "'b' brings the content to 5004 bytes"),
    "bomb by announcement": (tarred(tar_header("b", 2**32)), "'b' brings the content to 4294967300 bytes"),
    "bomb by count": (tarred(*(tar_member(f"{n}") for n in range(5))), "is one more than 5 members"),
    "bomb by ratio": (gzip.compress(tarred(tar_member("b", ZEROS))), "'b' brings the content to 4004 bytes.*bomb"),
    "bomb outside the members": (
        gzip.compress(tarred(end=bytes(10**6))),
        "holds more than 11000 bytes .a decompression bomb",
    ),
    "xz bomb": (lzma.compress(tarred(tar_member("b", ZEROS))), "'b' brings the content to 4004 bytes.*bomb"),
    "damaged header": (tarred(b"x" + tar_member("a.txt")[1:]), "damaged header .bad checksum"),
    "cut in a member": (tarred(tar_member("b", b"x" * 900))[:-1100], "is damaged|cut off"),
    "no end mark": (tarred(end=b""), "cut off: it has no end mark"),
    "half an end mark": (tarred(end=bytes(512)), "cut off: its end mark is not whole"),
    "data behind the end": (tarred(end=bytes(1024) + b"x" * 512), "something else behind its end mark"),
    "member behind the end": (tarred(end=bytes(1024) + tar_member("b")), "something else behind its end mark"),
    "gzip cut off": (gzip.compress(tarred())[:-9], "cut off"),
    "gzip without checksum": (gzip.compress(tarred())[:-4], "cut off"),
    "gzip with a wrong checksum": (gzip.compress(tarred())[:-8] + bytes(8), "is damaged"),
    "gzip with more behind": (gzip.compress(tarred()) + b"x", "something else behind its end"),
    "bzip2 with more behind": (bz2.compress(tarred()) + b"x", "something else behind its end"),
    "xz with more behind": (lzma.compress(tarred()) + b"x", "something else behind its end"),
    "bzip2 cut off": (bz2.compress(tarred())[:-5], "cut off"),
    "xz cut off": (lzma.compress(tarred())[:-5], "cut off"),
    "xz damaged": (lzma.compress(tarred())[:-30] + bytes(30), "is damaged"),
    "no archive": (b"<html><body>Not found</body></html>", "neither a zip nor a tar file"),
    "no bytes": (b"", "neither a zip nor a tar file"),
    "gzip of something else": (gzip.compress(b"x" * 2000), "damaged"),
}
CASES = {
    **{f"zip, {kind}": case for kind, case in ZIPS.items()},
    **{f"tar, {kind}": case for kind, case in TARS.items()},
}


@pytest.mark.parametrize("kind", CASES)
def test_it_is_refused_and_leaves_nothing(tmp_path, kind):
    data, words = CASES[kind]
    (tmp_path / "inside").mkdir()
    archive = write(tmp_path / "archive", data)
    with pytest.raises(ArchiveError, match=words) as refused:
        unpack(archive, tmp_path / "inside" / "into", SMALL)
    assert str(refused.value).startswith(str(archive))
    assert "nothing was extracted, download it again" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "\x1b" not in str(refused.value)
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")) == ["archive", "inside"]


def test_limits_are_read_as_they_stand(tmp_path):
    archive = write(tmp_path / "a", zip_bytes(Entry("a", b"x" * 100), Entry("b", b"x" * 100)))
    size = archive.stat().st_size
    for limits in (Limits(members=2), Limits(bytes=200), Limits(ratio=200 / size + 1e-6, free_bytes=0)):
        shutil.rmtree(tmp_path / "into", ignore_errors=True)
        assert unpack(archive, tmp_path / "into", limits) == ["a", "b"]
    for limits in (Limits(members=1), Limits(bytes=199), Limits(ratio=199 / size, free_bytes=199)):
        with pytest.raises(ArchiveError, match="bomb"):
            unpack(archive, tmp_path / "other", limits)
