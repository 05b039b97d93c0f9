"""The morning's call, made by the machine: a systemd user timer or a cron line, printed, installed and taken away.

`call` says what is called, `systemd` and `cron` write it in their own syntax, `command` is `ltv schedule`.
"""
