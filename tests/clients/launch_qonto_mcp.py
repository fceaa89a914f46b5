"""Starts the PyPI program qonto-mcp-server against another address than the one that it has written in."""

import os

from qonto_mcp_server import main
from qonto_mcp_server.api.config import APIConfig

# Importing the program has made its configuration already: a property of the class wins over what is in the object.
APIConfig.base_url = property(lambda self: os.environ["QONTO_BASE_URL"], lambda self, value: None)

if __name__ == "__main__":
    main()
