"""The verb ``siamloss measure``: record files of all runs in, two tables out."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from siamloss import jobs
from siamloss.data.open import open_dataset
from siamloss.errors import CorruptError, RecordError
from siamloss.metrics import METRICS
from siamloss.metrics.job import measure_benchmark
from siamloss.metrics.measure import CURVE_COLUMNS, METRIC_COLUMNS
from siamloss.paths import Home
from siamloss.records import read_records, write_records
from siamloss.tracking.job import track_run

BEST = {
    "otb": {"success_auc": 20 / 21, "precision_20": 1.0},
    "vot": {"failures": 0.0},
    "got10k": {"ao": 1.0, "sr_50": 1.0, "sr_75": 1.0},
}


@pytest.fixture(scope="module")
def manifests(tiny):
    """Manifests of the test datasets by format, where the tiny experiment has them."""
    return {item.format: (item, Home(tiny).manifest(item.name)) for item in tiny.datasets.test}


@pytest.fixture
def tracked(tiny, manifests, tmp_path):
    """Record files of the two fixed controls, and of a made-up ``gsl`` beside the target by half its width."""

    def track(form):
        drawn, manifest = manifests[form]
        root = Home(tiny).data / drawn.name
        dataset = replace(drawn, synthetic=None, path=str(root))
        few = tuple(tiny.variant(name) for name in ("gsl", "never-moves", "oracle"))
        sets = replace(tiny.datasets, test=(dataset,))
        experiment = replace(tiny, variants=few, datasets=sets, data_root="/", results=str(tmp_path / "results"))
        home = Home(experiment)
        for name in ("never-moves", "oracle"):
            out = home.records(name, 0, dataset.name)
            track_run(experiment, name, dataset.name, manifest, None, home.progress(name), out)
        beside = read_records(home.records("oracle", 0, dataset.name)).assign(score=0.3)
        beside["x"] += np.where(beside["frame"] == 0, 0.0, beside["w"] / 2)
        write_records(home.records("gsl", 0, dataset.name), beside)
        return experiment, dataset, manifest, tmp_path / "m.parquet", tmp_path / "c.parquet"

    return track


def measured(experiment, dataset, *paths):
    measure_benchmark(experiment, dataset.name, *paths)
    return pd.read_parquet(paths[1]), pd.read_parquet(paths[2])


def values(metrics, metric, variant):
    chosen = metrics[(metrics["metric"] == metric) & (metrics["variant"] == variant)]
    return chosen.set_index("sequence")["value"]


@pytest.mark.parametrize("form", BEST)
def test_tables_hold_every_run_sequence_and_metric_once(tracked, form):
    experiment, dataset, *paths = tracked(form)
    metrics, curves = measured(experiment, dataset, *paths)
    names = [sequence.name for sequence in open_dataset(experiment, dataset)]
    wanted = [name for name, info in METRICS.items() if info.benchmark_format == form]
    assert list(metrics) == METRIC_COLUMNS
    assert list(curves) == CURVE_COLUMNS
    terms = {"eao": range(dataset.eao_interval[0], dataset.eao_interval[1] + 1)} if form == "vot" else {}
    keys = {
        (dataset.name, metric, variant, seed, name, term)
        for metric in wanted
        for variant, seed in jobs.runs(experiment)
        for name in names
        for term in terms.get(metric, (0,))
    }
    assert set(metrics[METRIC_COLUMNS[:6]].itertuples(index=False, name=None)) == keys
    assert len(metrics) == len(keys)
    assert len(curves) == (0 if form == "vot" else (21 + 51) * len(names) * 3)
    assert metrics["value"].dtype == metrics["weight"].dtype == np.float64


@pytest.mark.parametrize("form", BEST)
def test_oracle_is_the_best_there_is(tracked, form):
    metrics, _ = measured(*tracked(form))
    for metric, best in BEST[form].items():
        np.testing.assert_allclose(values(metrics, metric, "oracle"), best, atol=1e-12)
        others = metrics[metrics["metric"] == metric]["value"]
        assert (others <= best + 1e-12).all() if METRICS[metric].higher_is_better else (others >= best).all()
    if form == "vot":
        assert (values(metrics, "accuracy", "oracle") > values(metrics, "accuracy", "gsl")).all()


def test_box_beside_the_target_has_the_overlap_it_must_have(tracked):
    """Half a width aside the overlap is 1/3: seven of 21 thresholds lie below; the first frame counts as perfect."""
    experiment, dataset, *paths = tracked("otb")
    metrics, curves = measured(experiment, dataset, *paths)
    for sequence in open_dataset(experiment, dataset):
        assert sequence.visible.all()
        count = len(sequence)
        auc = ((count - 1) * 7 / 21 + 20 / 21) / count
        assert values(metrics, "success_auc", "gsl")[sequence.name] == pytest.approx(auc, abs=1e-12)
        near = np.mean([0, *sequence.boxes[1:, 2] / 2] <= np.float64(20))
        assert values(metrics, "precision_20", "gsl")[sequence.name] == pytest.approx(near, abs=1e-12)
    own = curves[(curves["variant"] == "gsl") & (curves["curve"] == "success")]
    means = own.groupby("sequence")["value"].mean()
    np.testing.assert_allclose(means, values(metrics, "success_auc", "gsl")[means.index], atol=1e-15)


@pytest.mark.parametrize("damage", ["missing", "truncated"])
def test_records_that_cannot_be_read_are_named_and_nothing_written(tracked, damage):
    experiment, dataset, manifest, out, curves = tracked("otb")
    path = Home(experiment).records("gsl", 0, dataset.name)
    path.unlink() if damage == "missing" else path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(CorruptError, match=f"{path} is not a whole record file; delete it"):
        measure_benchmark(experiment, dataset.name, manifest, out, curves)
    assert not out.exists()
    assert not curves.exists()


def test_records_of_another_dataset_are_refused_and_old_tables_stay(tracked):
    experiment, dataset, manifest, out, curves = tracked("otb")
    measure_benchmark(experiment, dataset.name, manifest, out, curves)
    before = out.read_bytes(), curves.read_bytes()
    path = Home(experiment).records("gsl", 0, dataset.name)
    records = read_records(path)
    write_records(path, records[records["sequence"] != records["sequence"].iloc[0]])
    with pytest.raises(RecordError, match=r"run 'gsl' seed 0, sequence 'Synth001': no records"):
        measure_benchmark(experiment, dataset.name, manifest, out, curves)
    assert (out.read_bytes(), curves.read_bytes()) == before
