"""The model of a release put to work: rows in, answers out, as an Open API and pages ask for it.

``sessions`` is the one door to onnxruntime, which is an optional extra; all else here works without it.
"""
