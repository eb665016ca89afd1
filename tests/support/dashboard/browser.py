"""The page in Debian's browser, and what went wrong in it: errors, refusals of its policy, requests to others."""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import BrowserContext, Locator, Page, Request

from tests.support.dashboard.server import ContractServer
from tests.support.waiting import wait_until

REFUSALS = """
window.refusals = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.refusals.push(event.violatedDirective + " " + event.blockedURI);
});
"""
EXPECTED = ("Failed to load resource: the server responded with a status of 503", "net::ERR_")
"""Errors that the browser logs when a test makes the server fail."""
HANGS_SECONDS = 120
"""After which a browser that waits counts as hanging, however busy the machine is."""


@dataclass
class Visit:
    """A tab that shows the page of one server."""

    context: BrowserContext
    server: ContractServer
    errors: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(HANGS_SECONDS * 1000)
        self.page.add_init_script(REFUSALS)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on(
            "console", lambda message: self.errors.append(message.text) if message.type == "error" else None
        )
        self.page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if not request.url.startswith((self.server.url, "data:", "blob:")):
            self.elsewhere.append(request.url)

    def open(self, address: str = "/") -> "Visit":
        """Goes to an address, and waits until every card has its answer."""
        self.page.goto(self.server.url + address)
        return self.ready()

    def ready(self) -> "Visit":
        self.page.wait_for_selector("#cards .card")
        self.page.wait_for_function("() => !document.querySelector('.card[aria-busy=true]')")
        return self

    def card(self, name: str) -> Locator:
        return self.page.locator(f"#card-{name}")

    def address(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.page.url).query)

    def wait_for_request(self, *parts: str) -> None:
        """Until the newest connection for updates has these parts in its query."""
        self.wait(
            lambda: all(part in self.newest_request().split("&") for part in parts), f"a request with {parts}"
        )

    def newest_request(self) -> str:
        """The query of the newest connection for updates."""
        queries = [urlsplit(request).query for request in self.server.requests if "/api/updates" in request]
        return queries[-1] if queries else ""

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Until a condition holds outside of the browser, which goes on meanwhile."""
        wait_until(condition, what, HANGS_SECONDS, check=lambda: self.page.evaluate("1"))

    def choose(self, name: str, action: str) -> None:
        """An action of a card's menu."""
        self.card(name).locator("details.actions > summary").click()
        self.card(name).get_by_role("button", name=action).click()

    def hide(self, *, hidden: bool) -> None:
        """As if another tab came to the front."""
        self.page.evaluate(
            """(hidden) => {
              Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
              document.dispatchEvent(new Event("visibilitychange"));
            }""",
            hidden,
        )

    def problems(self) -> list[str]:
        """What no test wants: refusals, errors of scripts, and requests that leave the server."""
        errors = [error for error in self.errors if not any(text in error for text in EXPECTED)]
        return [*self.page.evaluate("window.refusals || []"), *errors, *self.elsewhere]
