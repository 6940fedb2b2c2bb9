"""``python -m aas_server`` is ``aas``."""

from aas_server.cli.app import main

if __name__ == "__main__":
    main()
