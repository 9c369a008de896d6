"""The description of a VOT challenge is kept to, and not trusted."""

import json

import pytest
from tests.unit.data.fetch.archives import image, put_vot, zipped
from tests.unit.data.fetch.fetching import fetch

from siamloss.data.fetch.catalogue import Source
from siamloss.errors import DownloadError


def test_a_checksum_of_the_description_is_kept_to(vot, server, tmp_path):
    server.files["/sequences/bag-uid.zip"].body = zipped({"00000001.jpg": image(1)})
    with pytest.raises(DownloadError, match=r"bag\.color\.zip"):
        fetch(vot, tmp_path)
    assert not (tmp_path / "vot2099" / "bag" / "color").exists()


@pytest.mark.parametrize("digest", ["md5", "sha1", "sha256"])
def test_checksums_of_a_description_by_their_length(server, tmp_path, digest):
    url = put_vot(server, ("bag",), digest=digest)
    source = Source("v", "vot-description", "vot", "v", "none", urls=(url,))
    fetch(source, tmp_path)
    server.files["/sequences/bag-uid.zip"].body = server.files["/sequences/bag-uid.zip"].body[:-1] + b"x"
    with pytest.raises(DownloadError, match=digest):
        fetch(source, tmp_path / "other")


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda raw: raw["sequences"][0].update(name="../../evil"), "cannot name a folder"),
        (lambda raw: raw["sequences"][0].update(name="a/b"), "cannot name a folder"),
        (lambda raw: raw["sequences"][0].update(name=".."), "cannot name a folder"),
        (lambda raw: raw["sequences"][1].update(name="BAG"), "two sequences are called BAG"),
        (lambda raw: raw["sequences"][0]["channels"].update({"..": {}}), "cannot name a folder"),
        (lambda raw: raw["sequences"][0]["annotations"].update(url="file:///etc/passwd"), "no http or https address"),
        (lambda raw: raw["sequences"][0]["annotations"].pop("url"), "it has no 'url'"),
        (lambda raw: raw.pop("sequences"), "it has no 'sequences'"),
        (lambda raw: raw.update(sequences=[]), "lists no sequence"),
        (lambda raw: raw.update(sequences=3), "is no VOT description"),
    ],
)
def test_descriptions_are_not_trusted(vot, server, tmp_path, edit, words):
    raw = json.loads(server.files["/vot2099/main/description.json"].body)
    edit(raw)
    server.put("/vot2099/main/description.json", json.dumps(raw).encode())
    with pytest.raises(DownloadError, match=words):
        fetch(vot, tmp_path / "root")
    assert {path.name for path in tmp_path.iterdir()} == {"root"}
    assert not (tmp_path / "root" / "vot2099").exists()
