"""The service's own contract of published events. It shares no code with the core's, so that their test is a proof."""
