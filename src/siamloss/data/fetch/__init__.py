"""Fetching datasets: a catalogue of sources, downloads that resume, a record of hashes, and the readers' layouts.

In: ``config/sources.yaml``. Out: ``<root>/<path>`` with a manifest, ready for
:func:`siamloss.data.open.open_dataset`.
Source of the rules of resuming: RFC 9110, sections 8.8 (validators), 13.1.5 (If-Range), 14 (ranges) and 15.5.17 (416).
"""
