"""The Operations of TimeSeries submodels: records of the lake, read and put together when somebody asks."""
