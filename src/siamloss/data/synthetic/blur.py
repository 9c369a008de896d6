"""Motion blur along a line."""

import numpy as np

SHORTEST_PX = 1.5


def line_kernel(vector: np.ndarray) -> np.ndarray | None:
    """Kernel of a uniform motion during the exposure.

    Parameters
    ----------
    vector : ``(2,)`` x, y distance travelled while the shutter is open, px.

    Returns
    -------
    float32 ``(K, K)``, K odd, sum 1, symmetric about its centre, so blur does not shift an object; None below
    :data:`SHORTEST_PX`, where blur cannot be seen.
    """
    length = float(np.hypot(*vector))
    if length < SHORTEST_PX:
        return None
    radius = int(np.ceil(length / 2)) + 1
    kernel = np.zeros((2 * radius + 1, 2 * radius + 1), np.float64)
    steps = 4 * radius + 1
    points = np.linspace(-0.5, 0.5, steps)[:, None] * np.asarray(vector, np.float64) + radius
    base = np.floor(points).astype(int)
    share = points - base
    for row in (0, 1):
        for column in (0, 1):
            weight = np.abs(1 - column - share[:, 0]) * np.abs(1 - row - share[:, 1])
            np.add.at(kernel, (base[:, 1] + row, base[:, 0] + column), weight)
    return (kernel / kernel.sum()).astype(np.float32)
