"""What each kind of case must reach. BARS: wanted. FLOORS: where the converters are while a bar is not reached yet; `score --floors` fails
below these and names the bar beside it. A floor goes up with the converters and away when its bar is reached."""

MEASURES = ("text", "tables", "headings", "levels")


def bars(text=None, tables=None, headings=None):
    """levels: at most .05 below the headings."""
    return {"text": text, "tables": tables, "headings": headings, "levels": None if headings is None else round(headings - 0.05, 3)}


BARS = {
    "html": bars(0.98, 0.95, 0.95),
    "pdf-browser": bars(0.95, 0.70, 0.85),
    "pdf-word": bars(0.96, 0.88, 0.90),
    "pdf-latex": bars(0.98, 0.60, 0.85),
    "pdf-groff": bars(0.98, 0.60, 0.85),
    "pdf-scan": bars(0.93, 0.50, 0.97),
    "docx": bars(0.99, 0.99, 0.99),
    "csv": bars(None, 0.99, None),
    "text": bars(0.95, 0.85, 0.90),
}

FLOORS = {}
