"""What goes wrong between Slack and the app: by a seed, or because somebody ordered it."""
