"""A practice Slack workspace that speaks only HTTP and WebSocket and imports nothing of the product."""
