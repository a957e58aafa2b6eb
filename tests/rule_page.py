"""What a browser would send of the form of a rule, as its page shows it."""

from __future__ import annotations

from html.parser import HTMLParser


class _Controls(HTMLParser):
    """The successful controls of HTML: no button, and only the boxes that are ticked."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self._name = ""
        self._is_text = False
        self._is_untouched = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "input" and (found.get("type") != "checkbox" or "checked" in found):
            self.sent[found["name"] or ""] = found.get("value") or ""
        elif tag in ("select", "textarea"):
            self._name, self._is_text = found["name"] or "", tag == "textarea"
            self._is_untouched = True
            if self._is_text:
                self.sent[self._name] = ""
        elif tag == "option" and ("selected" in found or self._is_untouched):
            self.sent[self._name] = found.get("value") or ""
            self._is_untouched = False

    def handle_data(self, data: str) -> None:
        if self._is_text:
            self.sent[self._name] += data

    def handle_endtag(self, tag: str) -> None:
        self._is_text = self._is_text and tag != "textarea"


def sent_of(page: str) -> dict[str, str]:
    """The fields of the form that the page of a rule shows, pressing no button."""
    start = page.index('<form class="stack-wide"')
    controls = _Controls()
    controls.feed(page[start : page.index("</form>", start)])
    return controls.sent
