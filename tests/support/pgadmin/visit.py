"""A person at pgAdmin in Debian's browser, and what the browser asked of others."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, FrameLocator, Locator, Page, Request, WebSocket, expect

from tests.support.dashboard.browser import HANGS_SECONDS

EXPLORER = "#id-object-explorer .file-entry"
GROUPS, SERVERS, COLLECTIONS, DATABASES = 1, 2, 3, 4
"""How deep they are in the tree."""


@dataclass
class Visit:
    """A tab that shows pgAdmin."""

    context: BrowserContext
    url: str
    elsewhere: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.set_default_timeout(HANGS_SECONDS * 1000)
        self.context.on("request", self._note)
        self.page: Page = self.context.new_page()
        self.page.on("websocket", self._note)

    def _note(self, request: Request | WebSocket) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.netloc != urlsplit(self.url).netloc:
            self.elsewhere.append(request.url)

    def log_in(self, email: str, password: str) -> None:
        self.page.goto(self.url)
        self.page.locator("input[name=email]").fill(email)
        self.page.locator("input[name=password]").fill(password)
        self.page.get_by_role("button", name="Login").click()

    def node(self, name: str, depth: int) -> Locator:
        entries = self.page.locator(f"{EXPLORER}[data-depth='{depth}']")
        return entries.filter(has=self.page.get_by_text(name, exact=True))

    def names(self, depth: int) -> list[str]:
        """What the tree shows at this depth, from top to bottom."""
        entries = self.page.locator(f"{EXPLORER}[data-depth='{depth}'] .file-name")
        expect(entries.first).to_be_visible()
        return entries.all_inner_texts()

    def open_group(self, name: str) -> None:
        self.node(name, GROUPS).dblclick()
        expect(self.page.locator(f"{EXPLORER}[data-depth='{SERVERS}']").first).to_be_visible()

    def connect(self, server: str, password: str) -> None:
        """Open a server and its list of databases."""
        self.node(server, SERVERS).dblclick()
        dialog = self.page.locator(".MuiDialog-root")
        dialog.locator("input[type=password]").fill(password)
        dialog.locator("button[data-label='OK']").click()
        self.node("Databases", COLLECTIONS).dblclick()
        expect(self.page.locator(f"{EXPLORER}[data-depth='{DATABASES}']").first).to_be_visible()

    def query_tool(self, database: str) -> FrameLocator:
        """A new tab with an empty editor for this database."""
        self.node(database, DATABASES).click()
        self.page.locator("button[aria-label='Query Tool']:visible").click()
        frame = self.page.frame_locator("iframe")
        expect(frame.locator("button[data-label='Execute script']")).to_be_enabled()
        return frame

    def open_file(self, tool: FrameLocator, storage: str, name: str) -> None:
        tool.locator("button[data-label='Open File']").click()
        tool.locator("button[name='menu-shared-storage']").click()
        tool.locator(f"li[data-label='{storage}']").click()
        tool.locator("[role=gridcell]").filter(has_text=name).click()
        tool.locator(".MuiDialog-root button[data-label='Open']").click()

    def rows(self, tool: FrameLocator) -> list[list[str]]:
        """Run what the editor holds: the header of the grid, and the rows that it shows."""
        tool.locator("button[data-label='Execute script']").click()
        expect(tool.locator("#id-dataoutput .rdg-row").first).to_be_visible()
        lines = tool.locator("#id-dataoutput .rdg-row").all()
        return [line.locator(".rdg-cell").all_inner_texts() for line in lines]
