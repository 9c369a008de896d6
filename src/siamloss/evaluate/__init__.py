"""Other people's results -> numbers: folders of per-frame text files, scored by a benchmark's protocol.

In: annotations and one or more trackers' result files, as the OTB, GOT-10k, pysot and VOT toolkits write them. Out: an
:class:`~siamloss.evaluate.result.Evaluation`, written as JSON, CSV, Markdown or a plot. Every input is either scored,
or refused with file and line, or counted as not scored; none is dropped in silence. The protocols themselves are in
:mod:`siamloss.metrics`, reading the files in :mod:`siamloss.records`.
"""
