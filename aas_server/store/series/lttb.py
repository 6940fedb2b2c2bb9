"""Thinning a line out so that it looks the same: largest triangle, three buckets."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]


def lttb(x: Numbers, y: Numbers, points: int) -> npt.NDArray[np.int64]:
    """The places, in order, of at most ``points`` (at least 3) points of a line whose ``x`` grows.

    First and last stay; of each bucket between, of equally many points, that one stays which makes the largest
    triangle with the point chosen before it and the mean of the bucket after it. S. Steinarsson, *Downsampling
    Time Series for Visual Representation*, University of Iceland, 2013, section 4.2.
    """
    size = len(x)
    if size <= points or points < 3:
        return np.arange(size)
    edges = np.linspace(1, size - 1, points - 1).astype(np.int64)
    starts = np.append(edges[:-1], size - 1)
    counts = np.diff(np.append(starts, size))
    mean_x, mean_y = np.add.reduceat(x, starts) / counts, np.add.reduceat(y, starts) / counts
    chosen = np.empty(points, np.int64)
    chosen[0], chosen[-1] = 0, size - 1
    before = 0
    for bucket in range(points - 2):
        low, high = edges[bucket], edges[bucket + 1]
        area = np.abs(
            (x[before] - mean_x[bucket + 1]) * (y[low:high] - y[before])
            - (x[before] - x[low:high]) * (mean_y[bucket + 1] - y[before])
        )
        before = low + int(area.argmax())
        chosen[bucket + 1] = before
    return chosen
