"""Score map ``(B, 1, H, W)`` + labels ``(B, 1, H, W)`` in {+1, -1, 0} -> scalar loss and its named parts.

Every loss is a :class:`torch.nn.Module` in a file of its own; cells labelled 0 are ignored. Look one up by name with
:func:`make_loss`; this module imports a loss only when it is asked for. What losses share is in ``shared``, what every
loss has to fulfil in ``conformance``.
"""

from siamloss.losses.registry import LOSSES, loss_facts, loss_parameters, loss_place, make_loss

__all__ = ["LOSSES", "loss_facts", "loss_parameters", "loss_place", "make_loss"]
