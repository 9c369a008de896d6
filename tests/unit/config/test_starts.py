"""Fine-tuning variants: what they start from must be there, and they need their control arm."""

from dataclasses import replace

import pytest

from siamloss import jobs
from siamloss.config_check import check_experiment
from siamloss.errors import ConfigError, UnknownNameError


def with_start(experiment, start, control=True):
    added = [replace(experiment.variant("gsl"), name="gsl-ft", start=start)]
    if control:
        added.append(replace(experiment.variant("logistic"), name="logistic-ft", start=start))
    return replace(experiment, variants=(*experiment.variants, *added))


def test_a_fine_tuning_with_its_control_arm_is_accepted(tiny):
    check_experiment(with_start(tiny, "logistic"))
    check_experiment(with_start(tiny, "weights/siamfc.safetensors"))


def test_without_its_control_arm_it_is_refused(tiny):
    with pytest.raises(
        ConfigError, match="'gsl-ft' starts from 'triplet' and has no control arm; add a variant with loss"
    ):
        check_experiment(with_start(tiny, "triplet", control=False))


@pytest.mark.parametrize("start", ["logistik", "untrained", "gsl-ft"])
def test_it_cannot_start_from_what_is_not_trained_from_scratch_here(tiny, start):
    with pytest.raises(UnknownNameError, match=f"'gsl-ft' starts from '{start}', no trained variant of this profile"):
        check_experiment(with_start(tiny, start))


def test_its_weights_are_the_run_of_the_same_seed_or_the_file(tiny):
    experiment = with_start(tiny, "logistic")
    variant = experiment.variant("gsl-ft")
    assert jobs.start_path(experiment, variant, 3).parts[-3:] == ("train", "logistic", "seed03")
    assert jobs.start_path(experiment, experiment.variant("gsl"), 3) is None
    file = with_start(tiny, "w.safetensors").variant("gsl-ft")
    assert str(jobs.start_path(tiny, file, 3)) == f"{tiny.data_root}/w.safetensors"
    assert jobs.train_part(experiment, variant, 0) != jobs.train_part(experiment, experiment.variant("gsl"), 0)
