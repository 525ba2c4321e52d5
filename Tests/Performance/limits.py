"""A figure beside its limit. The bench prints these rows; a busy machine may miss one, and no test turns red for it."""


def at_least(requirement, what, figure, limit):
    return _row(requirement, what, figure, f"≥ {limit:g}", figure >= limit)


def at_most(requirement, what, figure, limit):
    return _row(requirement, what, figure, f"≤ {limit:g}", figure <= limit)


def _row(requirement, what, figure, limit, holds):
    return f"{requirement}  {what}", f"{figure:.1f} ({limit})", "holds" if holds else "MISSED"
