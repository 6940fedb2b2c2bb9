"""The part of InfluxDB's query language Flux by which AAS viewers and Grafana read series, over our streams.

The bucket is this server, a measurement is a stream, a field is one of its columns or tags. Nothing is ever
evaluated but what this package knows: a function it doesn't know is refused by its name.
"""

from aas_server.product.series.flux.running import Answer, run
from aas_server.product.series.flux.table import Column, Table

__all__ = ["Answer", "Column", "Table", "run"]
