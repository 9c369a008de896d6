"""What only the tracking with a network needs: imported by name, so that the controls do not depend on it."""

NETWORK = ("siamloss.tracking.batched", "siamloss.tracking.load")
"""Modules; whoever asks for the code of such a tracking names them too."""
