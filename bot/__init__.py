"""The edge: everything that talks to Slack, to vendors, to the clock and to the person at the command line."""
