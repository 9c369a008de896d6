"""Knobs of the generator: what can be turned alone."""

from siamloss.data.synthetic.attributes import ORDER

FACTORS = (*ORDER, "camera", "noise")
"""Factors on the difficulty of one challenge; 0 takes it away, 1 is the default. ``camera`` is the pan of the scene."""
VALUES = {"distractors": (0.0, 12.0), "similarity": (0.0, 1.0), "nearness": (0.0, 1.0)}
"""Knobs that set a value, with its range: how many look-alikes every sequence has, how much they look like the target,
and which share of them keeps near it."""
LARGEST_FACTOR = 4.0
