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


@dataclass(frozen=True, slots=True)
class Dish:
    """One item of the menu."""

    menu_item_id: str
    category: str
    name: str
    price: Decimal
    cost: Decimal  # of one portion, on average
    weight: int  # how often it is chosen


RESTAURANTS = tuple(
    Restaurant(code, name, city, f"America/{zone}", Decimal(tax), weight)
    for code, name, city, zone, tax, weight in (
        ("LOC-ON-001", "The Harbour Table", "Toronto", "Toronto", "0.13", 6),
        ("LOC-ON-002", "Rideau Kitchen", "Ottawa", "Toronto", "0.13", 4),
        ("LOC-ON-003", "Steel City Grill", "Hamilton", "Toronto", "0.13", 3),
        ("LOC-ON-004", "Forest City Diner", "London", "Toronto", "0.13", 2),
        ("LOC-QC-001", "Chez Plateau", "Montréal", "Toronto", "0.14975", 5),
        ("LOC-QC-002", "La Table du Vieux-Port", "Québec", "Toronto", "0.14975", 3),
        ("LOC-NS-001", "Citadel Chowder House", "Halifax", "Halifax", "0.14", 2),
        ("LOC-NB-001", "Fundy Bay Bistro", "Moncton", "Moncton", "0.15", 1),
    )
)

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

# The memberships of guests; None is no member.
MEMBERSHIPS = (None, None, "bronze", "silver", "gold")

# The load of the restaurants at each full hour of their day. The mean is 1, so that a day has the set rate.
_BUSY = (3, 2, 2, 2, 2, 3, 5, 9, 10, 9, 10, 16, 24, 22, 14, 10, 11, 17, 25, 26, 21, 14, 8, 5)
HOURLY = tuple(24 * busy / sum(_BUSY) for busy in _BUSY)

# The words of the guests' comments.
WORDS = (
    *(
        "fresh",
        "warm",
        "cold",
        "quick",
        "slow",
        "friendly",
        "kind",
        "busy",
        "quiet",
        "tasty",
        "salty",
        "sweet",
    ),
    *(
        "crisp",
        "lovely",
        "great",
        "good",
        "poor",
        "service",
        "staff",
        "meal",
        "food",
        "dinner",
        "lunch",
        "table",
    ),
    *(
        "soup",
        "pizza",
        "burger",
        "fries",
        "dessert",
        "coffee",
        "and",
        "the",
        "was",
        "very",
        "really",
        "again",
    ),
)
