"""Every error a user can cause, by name. A message is one line and ends with what to do."""

import difflib
from collections.abc import Iterable


class SiamlossError(Exception):
    """Base of all named errors; the command line prints it in one line and exits with ``exit_code``."""

    exit_code = 2


class ConfigError(SiamlossError):
    """A configuration value has the wrong type or an impossible value."""


class UnknownKeyError(ConfigError):
    """A configuration key that does not exist."""


class UnknownNameError(ConfigError):
    """A variant, loss, dataset, backbone or tracker that is not registered."""


class RoleError(ConfigError):
    """A dataset is used for something its role (train, val, test) forbids."""


class MissingDataError(SiamlossError):
    """A dataset folder, list or file is not where the configuration says."""


class AnnotationError(SiamlossError):
    """Annotations that do not fit the frames: wrong count, NaN, negative size, bad syntax."""


class EmptySequenceError(SiamlossError):
    """A sequence without frames, or without a single visible target."""


class UnreadableImageError(SiamlossError):
    """An image file that cannot be decoded."""


class UnreadableVideoError(UnreadableImageError):
    """A video that cannot be opened, or that ends before its end."""


class VideoWriteError(SiamlossError):
    """A video that cannot be written: no codec, or a full disk."""


class CorruptError(SiamlossError):
    """A generated file that does not match its manifest, or is truncated."""


class MismatchError(SiamlossError):
    """A printed number that is not what the records give."""


class DiskFullError(SiamlossError):
    """The disk cannot hold what is about to be written."""


class DeviceError(SiamlossError):
    """The requested device does not exist here."""


class DeviceBusyError(DeviceError):
    """Other jobs hold all devices for longer than this one waits."""


class DivergedError(SiamlossError):
    """A loss or a score that is no finite number."""


class StoppedError(SiamlossError):
    """A signal asked to stop; what was done is saved."""

    exit_code = 143


class OutOfMemoryError(SiamlossError):
    """The device cannot hold a training batch."""


class RecordError(SiamlossError):
    """A file of tracking results that cannot be scored."""


class ProtocolError(SiamlossError):
    """A TraX message that cannot be read, or that is not allowed at this point."""


class ArchiveError(SiamlossError):
    """An archive that is damaged, or that holds what must not be extracted."""


class DownloadError(SiamlossError):
    """A download that failed for good: no server has the file, or what came is not what was asked for."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``did you mean 'x'?`` for the nearest known name, else the list of all names."""
    names = sorted(known)
    if not names:
        return "there is none to choose from; remove it"
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else "choose one of: " + ", ".join(names)
