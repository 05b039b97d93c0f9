"""The digest: what the health page of the newest date says, for those who do not open it.

`told` reads the published tables, `lines` makes the text of a robot, `letter` the mail, `picture` draws the top of the page,
`sending` puts them into the outbox. `run_notice` tells that a scheduled run failed, recovered or lost a page.
"""
