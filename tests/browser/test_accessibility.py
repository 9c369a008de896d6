"""An accessibility check finds nothing serious, in light and in dark, on a wide screen and on a phone."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
axe = pytest.importorskip("axe_playwright_python", reason="make test-browser installs axe-core")
SCRIPT = Path(axe.__file__).parent / "axe.min.js"
RUN = """async () => (await axe.run({ resultTypes: ['violations'] })).violations.map((found) => ({
  id: found.id, impact: found.impact,
  nodes: found.nodes.slice(0, 4).map((node) => node.target.join(' ') + ' ' + node.failureSummary),
}))"""


@pytest.mark.parametrize(("scheme", "width"), [("light", 400), ("dark", 1280)])
def test_nothing_serious_is_found(visit, made, scheme, width):
    page = visit(made.path, width, color_scheme=scheme, bypass_csp=True).page
    page.evaluate("document.querySelectorAll('details').forEach((element) => { element.open = true; })")
    page.add_script_tag(content=SCRIPT.read_text(encoding="utf-8"))
    found = page.evaluate(RUN)
    assert [item for item in found if item["impact"] in ("serious", "critical")] == []
    assert [item["nodes"] for item in found] == [], "nor anything moderate"
