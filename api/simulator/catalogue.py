"""The simulator's restaurants and menu. They are fixed, so that ids and prices mean the same in every run."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Restaurant:
    """One location of the group."""

    code: str
    name: str
    city: str
    time_zone: str
    tax_rate: Decimal
    weight: int  # its share of the orders
    close_out: str = "04:00"  # guests after midnight belong to the day before
    currency: str = "CAD"
    closed_on: int | None = None  # a weekday, 0 is Monday
    phase: float = 0.0  # of its growth, in years

    @property
    def unit(self) -> Decimal:
        """The smallest amount of its currency."""
        return Decimal(1) if self.currency == "JPY" else Decimal("0.01")

    @property
    def coin(self) -> Decimal:
        """The smallest coin: cash is rounded to it. Canada has no cents."""
        return Decimal(1) if self.currency == "JPY" else Decimal("0.05")

    def price(self, listed: Decimal) -> Decimal:
        """A price of the menu here: a Canadian cent is a yen."""
        return (listed * 100).quantize(self.unit) if self.currency == "JPY" else listed

    def menu_item_id(self, listed: str) -> str:
        """The id of an item here: one item has one price."""
        return f"JP-{listed}" if self.currency == "JPY" else listed


@dataclass(frozen=True, slots=True)
class Dish:
    """One item of the menu."""

    menu_item_id: str
    category: str
    name: str
    price: Decimal
    cost: Decimal  # of one portion, on average
    weight: int  # how often it is chosen


_CLOSED = {"LOC-ON-004": 0, "LOC-NB-001": 1, "LOC-MB-001": 0, "LOC-BC-002": 2}
_CANADIAN = tuple(
    Restaurant(code, name, city, f"America/{zone}", Decimal(tax), weight, closed_on=_CLOSED.get(code), phase=5 * n / 13)
    for n, (code, name, city, zone, tax, weight) in enumerate((
        ("LOC-ON-001", "The Harbour Table", "Toronto", "Toronto", "0.13", 6),
        ("LOC-ON-002", "Rideau Kitchen", "Ottawa", "Toronto", "0.13", 4),
        ("LOC-ON-003", "Steel City Grill", "Hamilton", "Toronto", "0.13", 3),
        ("LOC-ON-004", "Forest City Diner", "London", "Toronto", "0.13", 2),
        ("LOC-QC-001", "Chez Plateau", "Montréal", "Toronto", "0.14975", 5),
        ("LOC-QC-002", "La Table du Vieux-Port", "Québec", "Toronto", "0.14975", 3),
        ("LOC-NS-001", "Citadel Chowder House", "Halifax", "Halifax", "0.14", 2),
        ("LOC-NB-001", "Fundy Bay Bistro", "Moncton", "Moncton", "0.15", 1),
        ("LOC-NL-001", "Signal Hill Tavern", "St. John's", "St_Johns", "0.15", 1),
        ("LOC-MB-001", "The Forks Diner", "Winnipeg", "Winnipeg", "0.12", 2),
        ("LOC-AB-001", "Stampede Smokehouse", "Calgary", "Edmonton", "0.05", 3),
        ("LOC-BC-001", "Burrard Street Kitchen", "Vancouver", "Vancouver", "0.05", 5),
        ("LOC-BC-002", "Inner Harbour Grill", "Victoria", "Vancouver", "0.05", 2),
    ))
)  # fmt: skip
PLAIN_RESTAURANTS = _CANADIAN[:8]
"""Those of the orders of EVENT_RATE=max. Every throughput is measured with these orders, so that they stay the same."""
YEN_RESTAURANT = Restaurant(
    "LOC-JP-001", "Maple Table", "Tokyo", "Asia/Tokyo", Decimal("0.10"), 4, currency="JPY"
)


def restaurants(*, with_yen: bool) -> tuple[Restaurant, ...]:
    """All of them; the one in Tokyo is off by default. At every hour it is day for some."""
    return (*_CANADIAN, YEN_RESTAURANT) if with_yen else _CANADIAN


MENU = tuple(
    Dish(item, category, name, Decimal(price), Decimal(cost), weight)
    for item, category, name, price, cost, weight in (
        ("MI-001", "starters", "Tomato Soup", "7.50", "1.65", 5),
        ("MI-002", "starters", "Caesar Salad", "11.25", "2.90", 6),
        ("MI-003", "starters", "Chicken Wings", "14.95", "5.10", 7),
        ("MI-004", "starters", "Garlic Bread", "6.75", "1.20", 6),
        ("MI-005", "starters", "Poutine", "10.50", "2.75", 8),
        ("MI-006", "mains", "Classic Burger", "17.95", "5.60", 10),
        ("MI-007", "mains", "Veggie Burger", "16.95", "4.90", 5),
        ("MI-008", "mains", "Margherita Pizza", "18.50", "4.20", 8),
        ("MI-009", "mains", "Pepperoni Pizza", "20.25", "5.35", 8),
        ("MI-010", "mains", "Fish and Chips", "19.75", "6.30", 6),
        ("MI-011", "mains", "Grilled Salmon", "27.90", "11.40", 4),
        ("MI-012", "mains", "Steak Frites", "32.50", "14.20", 4),
        ("MI-013", "mains", "Mushroom Risotto", "21.40", "5.15", 3),
        ("MI-014", "mains", "Chicken Pad Thai", "19.15", "5.40", 5),
        ("MI-015", "sides", "French Fries", "5.95", "1.10", 9),
        ("MI-016", "sides", "Coleslaw", "4.25", "0.95", 3),
        ("MI-017", "sides", "Onion Rings", "6.95", "1.75", 4),
        ("MI-018", "desserts", "Butter Tart", "5.49", "1.60", 4),
        ("MI-019", "desserts", "Cheesecake", "9.25", "2.85", 4),
        ("MI-020", "desserts", "Ice Cream", "6.30", "1.35", 4),
        ("MI-021", "drinks", "Draught Beer", "8.99", "2.40", 7),
        ("MI-022", "drinks", "House Wine", "11.50", "3.60", 4),
        ("MI-023", "drinks", "Sparkling Water", "3.95", "0.70", 5),
        ("MI-024", "drinks", "Coffee", "3.45", "0.55", 8),
    )
)

# A combo with its price, and its dishes, which cost nothing then. Modifiers and combos have no cost of their own.
COMBOS = (
    ("MI-101", "Burger Combo", Decimal("25.95"), ("MI-006", "MI-015", "MI-023")),
    ("MI-102", "Pizza Combo", Decimal("26.50"), ("MI-008", "MI-004", "MI-023")),
    ("MI-103", "Coffee and Cake", Decimal("10.95"), ("MI-024", "MI-019")),
)
MODIFIERS = {
    "starters": (("No Onions", Decimal("0.00")), ("Extra Dip", Decimal("1.25"))),
    "mains": (("No Onions", Decimal("0.00")), ("Extra Cheese", Decimal("1.95")), ("Bacon", Decimal("2.50"))),
    "sides": (("Large", Decimal("1.50")), ("No Salt", Decimal("0.00"))),
    "desserts": (("Whipped Cream", Decimal("0.95")),),
    "drinks": (("No Ice", Decimal("0.00")), ("Oat Milk", Decimal("0.75"))),
}
GIFT_CARDS = (Decimal("25.00"), Decimal("50.00"), Decimal("100.00"))

# The memberships of guests; None is no member.
MEMBERSHIPS = (None, None, "bronze", "silver", "gold")

# The load of the restaurants at each full hour of their day. The mean is 1, so that a day has the set rate.
_BUSY = (3, 2, 2, 2, 2, 3, 5, 9, 10, 9, 10, 16, 24, 22, 14, 10, 11, 17, 25, 26, 21, 14, 8, 5)
HOURLY = tuple(24 * busy / sum(_BUSY) for busy in _BUSY)

# The words of the guests' comments.
WORDS = (
    "fresh", "warm", "cold", "quick", "slow", "friendly", "kind", "busy", "quiet", "tasty", "salty", "sweet",
    "crisp", "lovely", "great", "good", "poor", "service", "staff", "meal", "food", "dinner", "lunch", "table",
    "soup", "pizza", "burger", "fries", "dessert", "coffee", "and", "the", "was", "very", "really", "again",
)  # fmt: skip
