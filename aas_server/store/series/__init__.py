"""Records of a table over time: a range of them as they are, put together by buckets, or thinned out for a chart.

The one place that does this: the streams' REST, the Operations of TimeSeries, Flux and the pages' charts ask it.
"""

from aas_server.store.series.newest import newest
from aas_server.store.series.reader import Series, open_series
from aas_server.store.series.source import Source
from aas_server.store.series.wanted import COUNTED, METHODS, NUMBERS, SELECTING, Buckets, By, Method, Wanted

__all__ = [
    "COUNTED",
    "METHODS",
    "NUMBERS",
    "SELECTING",
    "Buckets",
    "By",
    "Method",
    "Series",
    "Source",
    "Wanted",
    "newest",
    "open_series",
]
