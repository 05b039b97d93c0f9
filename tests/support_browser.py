"""A real browser: pages at the width of a desk and of a phone, and everything they ask for or complain about."""

from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from support import need

SCREENS = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture(scope="module")
def browser():
    """Start Chromium for the tests of one file: while it runs, so does an event loop that others would meet."""
    program = need("chromium", "chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@dataclass
class Visit:
    """An open page and everything that it asked for or complained about."""

    page: object
    requests: list = field(default_factory=list)
    complaints: list = field(default_factory=list)

    def listen(self):
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message) or dialog.dismiss())


@pytest.fixture
def visit(browser):
    """Open a file and wait until its charts are drawn."""
    contexts = []

    def open_page(path, *, screen="desktop", lang=None):
        contexts.append(browser.new_context(viewport=SCREENS[screen]))
        made = Visit(contexts[-1].new_page())
        made.listen()
        made.page.goto(path.as_uri() + (f"#lang={lang}" if lang else ""))
        made.page.evaluate("window.ltvReady")
        return made

    yield open_page
    for context in contexts:
        context.close()


def faults(visit: Visit) -> list[str]:
    """What is wrong with an open page: requests, complaints, violations of accessibility, sideways scrolling."""
    found = [f"request {url}" for url in visit.requests[1:]] + [f"console: {c}" for c in visit.complaints]
    for violation in Axe().run(visit.page).response["violations"]:
        found += [f"{violation['id']}: {node['html'][:200]}" for node in violation["nodes"]]
    wide = visit.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return found + ([f"scrolls sideways by {wide} px"] if wide > 0 else [])
