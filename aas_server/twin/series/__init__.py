"""TimeSeries submodels (IDTA 02008): what their elements say, and which stream holds their records."""
