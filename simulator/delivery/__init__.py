"""How events, commands and presses reach the bot."""
