"""The HTTP server: Slack's requests in HTTP mode, and health."""
