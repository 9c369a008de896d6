"""Short trainings + validation scenes -> the learning rate and open parameters of each variant.

In: an experiment, the crop stores of the roles train and val, and the sequences of role val. Out:
``tune/<variant>.json``, every trial and the choice. Nothing of role test is ever read here.
"""
