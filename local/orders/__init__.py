"""The demo shop's order system as an MCP server."""
