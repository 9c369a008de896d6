"""siamloss: train one Siamese tracker under any loss and say, with statistics, whether the loss is better.

The rooms, in the order in which data flows through them::

    data -> crops -> pairs -> model -> losses -> training -> tracking -> records -> metrics -> stats -> report

A room imports only from rooms to its left, plus the ground floor: ``errors``, ``paths``, ``config``,
``provenance`` and ``geometry``. Importing this package imports none of them.
"""

__version__ = "0.1.0"
