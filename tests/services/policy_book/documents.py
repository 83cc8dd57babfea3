"""A strict reader of HTML: what a validator refuses in a static page, it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

VOID: Final = frozenset({"br", "hr", "img", "input", "link", "meta", "wbr"})
PHRASING: Final = frozenset({"a", "code", "em", "span", "strong", "wbr"})
"""Elements that may stand in a line of text."""
TEXT_ONLY: Final = frozenset({"p", "h1", "h2", "h3", "h4", "dt", "caption", "pre", *PHRASING})
"""Elements in which only such elements may stand."""
INSIDE: Final = {
    "li": {"ul", "ol"},
    "dt": {"dl"},
    "dd": {"dl"},
    "tr": {"thead", "tbody"},
    "td": {"tr"},
    "th": {"tr"},
    "thead": {"table"},
    "tbody": {"table"},
    "caption": {"table"},
    "head": {"html"},
    "body": {"html"},
    "title": {"head"},
    "style": {"head"},
}
"""Elements that stand in certain others only, and what these hold nothing else than."""
KNOWN: Final = frozenset(
    {"article", "div", "dl", "header", "html", "main", "meta", "nav", "ol", "section", "table", "ul"}
)


@dataclass(eq=False)
class Element:
    """An element with its attributes, and what is in it: texts and elements in their order."""

    tag: str
    attributes: dict[str, str]
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    @property
    def plain(self) -> str:
        """The text with every white space as one blank."""
        return " ".join(self.text.split())

    def all(self, tag: str = "", **attributes: str) -> Iterator[Element]:
        """Yield the elements in it, itself included, of a tag and with these attributes (`data_role` for data-role)."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        if tag in {"", self.tag} and wanted.items() <= self.attributes.items():
            yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.all(tag, **attributes)

    def one(self, tag: str = "", **attributes: str) -> Element:
        (found,) = self.all(tag, **attributes)
        return found


@dataclass
class Document:
    """A page that was read."""

    source: str
    root: Element

    def __getitem__(self, anchor: str) -> Element:
        return self._by_id[anchor]

    def __contains__(self, anchor: object) -> bool:
        return anchor in self._by_id

    def __post_init__(self) -> None:
        self._by_id: dict[str, Element] = {}
        for element in self.root.all():
            if "id" in element.attributes:
                assert element.attributes["id"] not in self._by_id, f"the id {element.attributes['id']} stands twice"
                self._by_id[element.attributes["id"]] = element


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.doctype = ""
        self.stack: list[Element] = [Element("", {})]

    def handle_decl(self, decl: str) -> None:
        assert not self.doctype, "two document types"
        assert not self.stack[0].children, "something stands before the document type"
        self.doctype = decl

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        parent = self.stack[-1].tag
        assert tag in KNOWN | TEXT_ONLY | VOID | INSIDE.keys(), f"<{tag}> is not known here"
        assert len({name for name, _ in attrs}) == len(attrs), f"<{tag}> has an attribute twice"
        assert all(value is not None for _, value in attrs), f"<{tag}> has an attribute without a value"
        assert parent in INSIDE.get(tag, {parent}), f"<{tag}> in <{parent}>"
        assert parent not in TEXT_ONLY or tag in PHRASING, f"<{tag}> in <{parent}>"
        if parent in {"ul", "ol", "dl", "tr", "table", "thead", "tbody", "html"}:
            assert parent in INSIDE.get(tag, set()), f"<{tag}> in <{parent}>"
        assert tag != "a" or all(open_.tag != "a" for open_ in self.stack), "a link in a link"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.stack[-1].children.append(element)
        if tag not in VOID:
            self.stack.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        raise AssertionError(f"<{tag}/>")

    def handle_endtag(self, tag: str) -> None:
        assert tag not in VOID, f"</{tag}>"
        assert self.stack[-1].tag == tag, f"</{tag}> where <{self.stack[-1].tag}> is open"
        self.stack.pop()

    def handle_data(self, data: str) -> None:
        if self.stack[-1].tag in {"", "html", "ul", "ol", "dl", "tr", "table", "thead", "tbody"}:
            assert not data.strip(), f"text in <{self.stack[-1].tag}>: {data.strip()}"
        self.stack[-1].children.append(data)

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)


def read_document(source: str) -> Document:
    """Return the document. Raises AssertionError for whatever is not well-formed, misplaced or unknown."""
    reader = _Reader()
    reader.feed(source)
    reader.close()
    assert reader.doctype == "DOCTYPE html"
    assert [element.tag for element in reader.stack] == [""], "an element is never closed"
    (root,) = (child for child in reader.stack[0].children if isinstance(child, Element))
    return Document(source, root)
