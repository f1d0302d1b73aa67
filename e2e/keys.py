"""Going through a page by keys alone, as somebody without a mouse does."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

FARTHEST = 400  # presses; the longest page has fewer stops between two landmarks
FOCUSED = """() => {
    const at = document.activeElement, box = at.getBoundingClientRect();
    const style = getComputedStyle(at);
    const drawn = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    const seen = box.bottom > 0 && box.top < innerHeight && box.width > 0 && box.height > 0;
    return {drawn, seen, what: at.outerHTML.slice(0, 160)};
}"""


def tab_to(page: Page, wanted: Locator, *, back: bool = False) -> None:
    """Press Tab until the wanted element has the focus. Each stop on the way must show it."""
    for _ in range(FARTHEST):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        assert_focus_is_seen(page)
        if wanted.evaluate("it => it === document.activeElement"):
            return
    raise AssertionError(f"Tab never reached {wanted}")


def assert_focus_is_seen(page: Page) -> None:
    found = page.evaluate(FOCUSED)
    if found["what"].startswith("<body"):  # from the last stop the focus goes to the browser itself
        return
    assert found["seen"], f"out of sight: {found['what']}"
    assert found["drawn"], f"no outline: {found['what']}"
