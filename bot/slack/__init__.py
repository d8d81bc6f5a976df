"""Quarterdeck in Slack: what comes in, and how what goes out looks."""
