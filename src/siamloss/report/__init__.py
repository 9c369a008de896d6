"""Numbers -> tables, figures and one page.

In: what the rooms before wrote under ``results/<profile>/`` (metrics and curves as Parquet, training curves as JSON
lines, score maps as npz, records as Parquet) and, for the qualitative figure, the sequences themselves. Out:
``tables/`` (CSV, Markdown, LaTeX), ``figures/`` (PNG 200 dpi, PDF, SVG) and ``report/index.html``, free of any network.
Files are read in :mod:`siamloss.report.inputs` and written in the modules whose names end in ``job``; everything
between takes and returns plain values. Nothing is computed twice: every printed digit comes from the metrics and stats
rooms.
"""
