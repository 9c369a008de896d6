"""What the types of a study of knobs cannot say."""

from dataclasses import replace

from siamloss.config import Experiment
from siamloss.errors import ConfigError, UnknownNameError, did_you_mean

METRIC_FORMATS = {"success_auc": "otb", "ao": "got10k"}


def check_study(experiment: Experiment) -> None:
    """The datasets of an axis are drawn test datasets that differ in its knob alone, and have the metric.

    Raises
    ------
    ConfigError, UnknownNameError : what is wrong, and what to do.
    """
    tests = {dataset.name: dataset for dataset in experiment.datasets.test}
    for knob, names in experiment.study.axes.items():
        where = f"study.axes.{knob}"
        if not isinstance(names, (list, tuple)) or len(names) < 2:
            raise ConfigError(f"'{where}' must be a list of two or more dataset names; write it as [a, b]")
        drawn = [tests.get(name) for name in names]
        for name, dataset in zip(names, drawn, strict=True):
            if dataset is None:
                raise UnknownNameError(f"'{where}' has '{name}', which is no test dataset; {did_you_mean(name, tests)}")
            if dataset.synthetic is None or knob not in dataset.synthetic.knobs:
                raise ConfigError(f"'{where}' has '{name}', whose synthetic.knobs do not set {knob}; set it there")
        plain = [
            replace(dataset, name="", synthetic=replace(dataset.synthetic, knobs={**dataset.synthetic.knobs, knob: 0}))
            for dataset in drawn
        ]
        if any(each != plain[0] for each in plain):
            raise ConfigError(f"the datasets of '{where}' differ in more than {knob}; make the rest equal")
        if len({dataset.synthetic.knobs[knob] for dataset in drawn}) < len(drawn):
            raise ConfigError(f"two datasets of '{where}' have the same {knob}; leave one out")
        if drawn[0].format != METRIC_FORMATS[experiment.study.metric]:
            raise ConfigError(
                f"'study.metric' is {experiment.study.metric}, which the datasets of '{where}' do not have; "
                f"give them format {METRIC_FORMATS[experiment.study.metric]}, or choose another metric"
            )
