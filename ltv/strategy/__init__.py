"""Who is spoken to today, what is offered, and what it has brought: playbooks, each with a control arm."""
