"""Fetch with a quick policy, and read what was fetched."""

from dataclasses import replace

from siamloss.config import Dataset
from siamloss.data.fetch.catalogue import Source
from siamloss.data.fetch.job import fetch_source
from siamloss.data.fetch.policy import Policy
from siamloss.data.open import open_dataset

FAST = Policy(connect_s=5, read_s=10.0, attempts=2, backoff_s=0.001, backoff_max_s=0.002, chunk=4096)

GOT = Source("got10k", "manual", "got10k", "got10k", "none", how_to_get="register and give --archive")

AS_IS = Source("lasot", "manual", "as-is", "lasot", "none", how_to_get="give --archive")


def fetch(source, root, **options):
    return fetch_source(source, root, policy=FAST, **options)


def opened(tiny, root, layout, path):
    experiment = replace(tiny, data_root=str(root))
    sequences = open_dataset(experiment, Dataset("x", layout, "test", path=path))
    for sequence in sequences:
        assert sequence.image(len(sequence) - 1).shape == (24, 32, 3)
    return sequences
