"""Pure rules: what an incident is and what follows from what. No clock, no network, no database."""
