"""`quarterdeck doctor`: looks at everything that an installation needs, and says of each what to do.

`examine` runs the checks, each on its own. Asking (`slack_checks`, `record_checks`) and judging (`judge_slack`,
`judge_record`: pure) are apart, so that every verdict can be tested without a Slack or a database.
"""
