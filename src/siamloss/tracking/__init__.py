"""Run + sequences -> per-frame records.

One interface (:class:`~siamloss.tracking.tracker.Tracker`), the SiamFC-3s tracker behind it, the controls, and the
protocols that drive them: one pass (OTB, GOT-10k) and supervised with resets (VOT).
"""
