"""The other side of /mcp: fastmcp with trivial tools, run by the Python of .venv-bench.

`python -m bench.mcp_fastmcp PORT TOOLS`. No sessions, JSON answers.
"""

from __future__ import annotations

import sys

import uvicorn
from fastmcp import FastMCP


def main(port: int, tools: int) -> None:
    server = FastMCP("fastmcp")

    def add(a: int, b: int) -> int:
        """Adds."""
        return a + b

    for number in range(tools):
        server.tool(add, name=f"add_{number}" if number else "add")
    app = server.http_app(path="/mcp", json_response=True, stateless_http=True)
    uvicorn.run(app, host="127.0.0.1", port=port, access_log=False, log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
