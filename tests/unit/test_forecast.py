"""The amount of work of a profile."""

from dataclasses import replace

from siamloss.forecast import training_pairs


def test_pairs_of_every_stage_are_counted_once(tiny):
    tune = replace(tiny.tune, trials=3, epochs=2, pairs_per_epoch=10)
    one, two = tiny.variant("logistic"), tiny.variant("gsl")
    cell = replace(two, name="gsl[eta=0.5]", fixed=("eta",), tuned_as="gsl")
    own = replace(two, name="focal", loss="focal", params={}, tune={}, tuned_as="focal")
    grid = replace(tiny.grids[0], variants=("gsl", cell.name, own.name))
    experiment = replace(
        tiny,
        variants=(one, two, tiny.variant("untrained")),
        seeds=(0, 1),
        tune=tune,
        grids=(grid,),
        grid_variants=(two, cell, own),
        ablation=replace(tiny.ablation, seeds=(0,)),
    )
    training = tiny.train.epochs * tiny.train.pairs_per_epoch
    assert training_pairs(experiment) == {"tune": 2 * 60, "train": 4 * training, "ablation": 60 + 2 * training}
    untuned = replace(experiment, tune=replace(tune, trials=0))
    assert training_pairs(untuned) == {"tune": 0, "train": 4 * training, "ablation": 2 * training}
