"""Sums up, over all processes of a test run, where its disturbances hit."""

from collections import Counter


def pytest_terminal_summary(terminalreporter):
    """How many disturbed runs ended with equal files; how often each kind, and each stage, was hit."""
    found = [
        (value, outcome == "passed")
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        for key, value in getattr(report, "user_properties", [])
        if key == "hit" and report.when == "call"
    ]
    if not found:
        return
    kinds = Counter(hit["kind"] for hit, _ in found)
    stages = Counter(verb for hit, _ in found for verb in hit["verbs"] or ["between jobs"])
    equal = sum(passed for _, passed in found)
    terminalreporter.write_line(f"{equal} of {len(found)} disturbed runs ended with equal files")
    for name, counts in (("kind", kinds), ("at work", stages)):
        terminalreporter.write_line(f"{name}: {', '.join(f'{key} {n}' for key, n in sorted(counts.items()))}")
