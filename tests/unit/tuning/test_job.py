"""The tuning stage: equal budget, the right choice, nothing lost when it is interrupted."""

import json
import logging
from dataclasses import replace

import pytest
import torch

from siamloss.errors import ConfigError, CorruptError, UnknownNameError
from siamloss.paths import Home
from siamloss.provenance.sealed import read_json
from siamloss.training.chosen import read_choice
from siamloss.training.job import train_run
from siamloss.tuning import job
from siamloss.tuning.job import choose_trial, trial_experiment, tune_variant

STEPS = 6
"""Optimisation steps of a trial: 24 pairs in batches of 4."""


@pytest.fixture(scope="module")
def small(tiny):
    """A budget of three short trials; gsl searches eta too."""
    variants = tuple(replace(v, tune={"eta": [0.01, 1.0]}) if v.name == "gsl" else v for v in tiny.variants)
    budget = replace(tiny.tune, trials=3, epochs=1, pairs_per_epoch=24, val_pairs=8, seed=3, lr_scale=(0.03, 3.0))
    return replace(tiny, variants=variants, tune=budget)


def with_variant(experiment, name, **changes):
    variants = tuple(replace(v, **changes) if v.name == name else v for v in experiment.variants)
    return replace(experiment, variants=variants)


def tune(experiment, stores, out, variant="gsl"):
    manifest = Home(experiment).manifest(experiment.datasets.val.name)
    tune_variant(experiment, variant, *stores, manifest, out.with_suffix(".progress"), out, threads=1)
    return read_json(out)


def timeless(facts):
    return {**facts, "trials": [{**trial, "seconds": 0} for trial in facts["trials"]]}


@pytest.fixture(scope="module")
def whole(small, tiny_stores, tmp_path_factory):
    return tune(small, tiny_stores, tmp_path_factory.mktemp("tune") / "gsl.json")


def test_file_says_what_was_tried_and_chosen(small, whole):
    assert set(whole) == {
        *("variant", "criterion", "dataset", "role", "budget", "space", "trials", "chosen", "chosen_trial")
    }
    assert (whole["variant"], whole["criterion"]) == ("gsl", "ao")
    assert (whole["dataset"], whole["role"]) == (small.datasets.val.name, "val")
    assert whole["budget"] == {
        "trials": 3,
        "epochs": 1,
        "pairs_per_epoch": 24,
        "val_pairs": 8,
        "val_sequences": 0,
        "seed": 3,
    }
    assert whole["space"] == {"lr_scale": [0.03, 3.0], "eta": [0.01, 1.0]}
    assert [trial["trial"] for trial in whole["trials"]] == [0, 1, 2]
    keys = {"trial", "values", "ao", "center_error_px", "val_loss", "collapsed", "diverged", "seconds"}
    assert all(set(trial) == keys for trial in whole["trials"])


def test_first_trial_has_the_variants_own_values(small, whole):
    gsl = small.variant("gsl")
    assert whole["trials"][0]["values"] == {"lr_scale": gsl.lr_scale, "eta": gsl.params["eta"]}
    assert len({json.dumps(trial["values"]) for trial in whole["trials"]}) == 3


def test_highest_overlap_is_chosen(whole):
    overlaps = [trial["ao"] for trial in whole["trials"]]
    assert len(set(overlaps)) > 1
    assert whole["chosen_trial"] == overlaps.index(max(overlaps))
    assert whole["chosen"] == whole["trials"][whole["chosen_trial"]]["values"]


def test_same_twice(small, tiny_stores, tmp_path, whole):
    assert timeless(tune(small, tiny_stores, tmp_path / "gsl.json")) == timeless(whole)
    assert read_choice(tmp_path / "gsl.json") == whole["chosen"]
    assert not (tmp_path / "gsl.progress").exists()


def test_trial_is_a_short_training_of_the_profile(small):
    short = trial_experiment(small).train
    assert (short.epochs, short.pairs_per_epoch, short.val_pairs, short.epoch_maps) == (1, 24, 8, 0)
    expected = replace(small.train, epochs=1, pairs_per_epoch=24, val_pairs=8, epoch_maps=0)
    assert short == expected


def test_trial_is_the_training_that_the_verb_train_would_make(small, tiny_stores, tmp_path, whole):
    """Trial 0 against ``siamloss train`` with the trial's budget and the budget's seed."""
    train_run(
        trial_experiment(small), "gsl", small.tune.seed, *tiny_stores, tmp_path / "p", tmp_path / "run", threads=1
    )
    last = json.loads((tmp_path / "run" / "curve.jsonl").read_text().splitlines()[-1])["val"]
    assert whole["trials"][0]["center_error_px"] == last["center_error_px"]
    assert whole["trials"][0]["val_loss"] == last["total"]


@pytest.mark.parametrize("steps", [1, STEPS - 1, STEPS, STEPS + 3, 3 * STEPS - 1])
def test_interrupted_tuning_goes_on_in_the_midst_of_its_trial(small, tiny_stores, tmp_path, monkeypatch, whole, steps):
    class KilledError(Exception):
        pass

    step = torch.optim.SGD.step
    done = 0

    def counting_step(self, *arguments, **options):
        nonlocal done
        if done == steps:
            raise KilledError
        done += 1
        return step(self, *arguments, **options)

    monkeypatch.setattr(torch.optim.SGD, "step", counting_step)
    with pytest.raises(KilledError):
        tune(small, tiny_stores, tmp_path / "gsl.json")
    assert not (tmp_path / "gsl.json").exists()
    killed_after, done, steps = steps, 0, -1
    assert timeless(tune(small, tiny_stores, tmp_path / "gsl.json")) == timeless(whole)
    saved = 3 * (killed_after // 3 // 2 * 2)  # three trials side by side, each with checkpoint_steps 2
    assert done == 3 * STEPS - saved


def test_trials_of_equal_values_are_trained_once_and_the_others_keep_their_own_network(
    small, tiny_stores, tmp_path, monkeypatch
):
    """Own values 1, then 1 again by a narrow range: what comes after must not get another trial's network."""
    four = replace(small, tune=replace(small.tune, trials=4))
    plain = tune(four, tiny_stores, tmp_path / "plain.json", "logistic")["trials"]
    spread = job.spread_values
    monkeypatch.setattr(job, "spread_values", lambda space, n: plain[0]["values"] if n == 1 else spread(space, n))
    found = tune(four, tiny_stores, tmp_path / "twice.json", "logistic")["trials"]
    timeless = [{key: value for key, value in trial.items() if key not in ("seconds", "trial")} for trial in found]
    expected = [{key: value for key, value in trial.items() if key not in ("seconds", "trial")} for trial in plain]
    assert timeless == [expected[0], expected[0], expected[2], expected[3]]


def test_diverged_trials_are_recorded_and_not_chosen(small, tiny_stores, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    wild = with_variant(small, "logistic", tune={"lr_scale": [1e12, 1e12]})
    facts = tune(wild, tiny_stores, tmp_path / "a.json", "logistic")
    assert [trial["diverged"] for trial in facts["trials"]] == [False, True, True]
    assert [trial["center_error_px"] is None for trial in facts["trials"]] == [False, True, True]
    assert facts["chosen_trial"] == 0
    assert "tune logistic trial 2 of 3: the loss is not finite" in caplog.text
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_own_values_are_kept_where_nothing_is_usable(small, tiny_stores, tmp_path, caplog):
    wild = with_variant(small, "logistic", tune={"lr_scale": [1e12, 1e12]}, lr_scale=2e12)
    facts = tune(wild, tiny_stores, tmp_path / "a.json", "logistic")
    assert all(trial["diverged"] for trial in facts["trials"])
    assert (facts["chosen_trial"], facts["chosen"]) == (0, {"lr_scale": 2e12})
    assert "tune logistic: every trial diverged or collapsed; its own values are kept" in caplog.text


def test_finished_trial_that_is_damaged_is_named(small, tiny_stores, tmp_path, monkeypatch):
    monkeypatch.setattr("siamloss.tuning.job.choose_trial", lambda trials: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        tune(small, tiny_stores, tmp_path / "gsl.json")
    monkeypatch.undo()
    kept = sorted((tmp_path / "gsl.progress").glob("*.json"))
    assert len(kept) == 3
    kept[1].write_text(kept[1].read_text()[:-9])
    with pytest.raises(CorruptError, match=f"{kept[1].name} is damaged; delete it to run this trial again"):
        tune(small, tiny_stores, tmp_path / "gsl.json")


def test_nothing_to_tune(small, tiny_stores, tmp_path):
    none = replace(small, tune=replace(small.tune, trials=0))
    with pytest.raises(ConfigError, match=r"'tune\.trials' is 0, so nothing is tuned; give a value above 0"):
        tune(none, tiny_stores, tmp_path / "a.json")
    with pytest.raises(ConfigError, match="'untrained' is a control and has nothing to tune"):
        tune(small, tiny_stores, tmp_path / "a.json", "untrained")
    with pytest.raises(UnknownNameError, match="did you mean 'gsl'"):
        tune(small, tiny_stores, tmp_path / "a.json", "gsI")
    assert not list(tmp_path.iterdir())


def trial(number, overlap, collapsed=False, diverged=False):
    return {"trial": number, "ao": overlap, "collapsed": collapsed, "diverged": diverged}


@pytest.mark.parametrize(
    ("trials", "chosen"),
    [
        ([trial(0, 0.3), trial(1, 0.5), trial(2, 0.4)], 1),
        ([trial(0, 0.3), trial(1, 0.5, collapsed=True), trial(2, 0.4)], 2),
        ([trial(0, 0.3), trial(1, None, diverged=True), trial(2, 0.3)], 0),
        ([trial(0, 0.3, collapsed=True), trial(1, None, diverged=True)], None),
    ],
)
def test_choice_among_trials(trials, chosen):
    assert choose_trial(trials) == chosen
