"""The events of the simulator's restaurants: orders with their bills, changes of the menu and of guests."""
