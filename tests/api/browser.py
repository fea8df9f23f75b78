"""A browser without scripts: it follows links and redirects, keeps cookies, and fills in forms as HTML says."""

import http.client
import urllib.parse
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Element:
    def __init__(self, tag, attributes, parent):
        self.tag = tag
        self.attributes = attributes
        self.parent = parent
        self.children = []

    def get(self, name, default=None):
        return self.attributes.get(name, default)

    def walk(self):
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def all(self, tag=None, **wanted):
        wanted = {name.replace("_", "-").strip("-"): value for name, value in wanted.items()}
        return [one for one in self.walk() if tag in (None, one.tag)
                and all(one.get(name) == value for name, value in wanted.items())]

    def one(self, tag=None, **wanted):
        found = self.all(tag, **wanted)
        if len(found) != 1:
            raise AssertionError(f"{len(found)} elements {tag} {wanted}")
        return found[0]

    @property
    def text(self):
        return " ".join("".join(child if isinstance(child, str) else f" {child.text} "
                                for child in self.children).split())

    @property
    def value(self):
        """Of a textarea: as the parser gives it, without the line break behind the tag."""
        return "".join(child for child in self.children if isinstance(child, str)).removeprefix("\n")

    def is_hidden(self):
        one = self
        while one is not None:
            if "hidden" in one.attributes:
                return True
            one = one.parent
        return False


class Reader(HTMLParser):
    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.root = Element("#document", {}, None)
        self.at = self.root
        self.faults = []
        self.feed(text)
        self.close()
        if self.at is not self.root:
            self.faults.append(f"<{self.at.tag}> is not closed")

    def handle_starttag(self, tag, attrs):
        if len(dict(attrs)) != len(attrs):
            self.faults.append(f"<{tag}> says an attribute twice: {attrs}")
        element = Element(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.children.append(element)
        if tag not in VOID:
            self.at = element

    def handle_endtag(self, tag):
        if self.at.tag != tag:
            self.faults.append(f"</{tag}> closes <{self.at.tag}>")
        while self.at is not self.root and self.at.tag != tag:
            self.at = self.at.parent
        self.at = self.at.parent or self.root

    def handle_data(self, data):
        self.at.children.append(data)


class Page:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body.decode()
        reader = Reader(self.body)
        self.root = reader.root
        self.faults = reader.faults + self.check()

    def check(self):
        """What any page must keep: unique ids, labels that lead somewhere, named controls."""
        faults = []
        ids = [one.get("id") for one in self.root.walk() if one.get("id")]
        faults += [f"id {one} twice" for one in set(ids) if ids.count(one) > 1]
        for one in self.root.walk():
            for name in ("for", "aria-describedby", "aria-labelledby"):
                faults += [f"{name} leads nowhere: {word}" for word in one.get(name, "").split() if word not in ids]
            if "style" in one.attributes or any(name.startswith("on") for name in one.attributes):
                faults.append(f"inline style or script: {one.attributes}")
        labelled = {one.get("for") for one in self.root.all("label")}
        for one in self.root.walk():
            if one.tag in ("input", "select", "textarea") and one.get("type") not in ("hidden", "submit"):
                inside = one.parent
                while inside is not None and inside.tag != "label":
                    inside = inside.parent
                if inside is None and one.get("id") not in labelled and not one.get("aria-label"):
                    faults.append(f"a control without a label: {one.attributes}")
        faults += [f"a group without a legend: {one.attributes}" for one in self.root.all("fieldset")
                   if not any(isinstance(child, Element) and child.tag == "legend" for child in one.children)]
        levels = [int(one.tag[1]) for one in self.root.walk() if one.tag in ("h1", "h2", "h3")]
        if levels[:1] != [1] or levels.count(1) != 1:
            faults.append(f"headings {levels}")
        return faults

    @property
    def text(self):
        return self.root.one("main").text

    @property
    def visible(self):
        """What is read on the page."""
        return " ".join(part for part in self.parts(self.root.one("main")))

    def parts(self, element):
        if "hidden" in element.attributes:
            return
        for child in element.children:
            if isinstance(child, str):
                if child.strip():
                    yield " ".join(child.split())
            else:
                yield from self.parts(child)

    @property
    def title(self):
        return self.root.one("h1").text

    @property
    def language(self):
        return self.root.one("html").get("lang")

    @property
    def form(self):
        return self.root.one("form", id="form")

    def section(self):
        """The number of the section that is shown."""
        shown = [one for one in self.root.all("section") if not one.is_hidden()]
        if len(shown) != 1:
            raise AssertionError(f"{len(shown)} sections are shown: {self.visible[:300]}")
        return int(shown[0].get("data-section"))

    def items(self):
        """The ids of the questions that can be seen."""
        return [one.get("data-item") for one in self.root.walk() if one.get("data-item") and not one.is_hidden()]

    def errors(self):
        return {one.get("id").removeprefix("error-"): one.text for one in self.root.walk()
                if one.get("id", "").startswith("error-") and not one.is_hidden()}

    def buttons(self):
        return {one.get("value"): one.text for one in self.root.all("button", name="go") if not one.is_hidden()}


def entry_list(form):
    """What a form sends without its buttons (HTML, constructing the entry list)."""
    fields = []
    for one in form.walk():
        name = one.get("name")
        if not name or "disabled" in one.attributes:
            continue
        if one.tag == "input" and one.get("type") in ("checkbox", "radio"):
            if "checked" in one.attributes:
                fields.append((name, one.get("value", "on")))
        elif one.tag == "input":
            fields.append((name, one.get("value", "")))
        elif one.tag == "textarea":
            fields.append((name, one.value))
        elif one.tag == "select":
            options = one.all("option")
            chosen = [option for option in options if "selected" in option.attributes] or options[:1]
            fields += [(name, option.get("value", option.text)) for option in chosen]
    return fields


class Browser:
    def __init__(self, service, **headers):
        self.service = service
        self.cookies = {}
        self.headers = headers
        self.page = None
        self.path = None
        self.sent = []

    def call(self, method, path, body=None, **headers):
        sent = {**self.headers, **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        link = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=60)
        try:
            link.request(method, path, body=body, headers=sent)
            answer = link.getresponse()
            content = answer.read()
        finally:
            link.close()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.split(";")[0]
        return answer.status, answer.headers, content

    def go(self, method, path, body=None, **headers):
        """Follows redirects; the page it ends on."""
        for _ in range(5):
            bare = path.split("#")[0]
            status, answered, content = self.call(method, bare, body, **headers)
            self.path = path
            if status != 303:
                break
            method, body, path = "GET", None, answered["Location"]
        self.page = Page(status, answered, content)
        if self.page.faults:
            raise AssertionError(f"{path}: {self.page.faults[:5]}")
        return self.page

    def get(self, path):
        return self.go("GET", path)

    def fields(self, **changes):
        """The fields of the page's form, with values put in by name; None takes one away."""
        fields = entry_list(self.page.form)
        for name, value in changes.items():
            fields = [one for one in fields if one[0] != name]
            values = value if isinstance(value, list) else [value]
            fields += [(name, str(one)) for one in values if one is not None]
        return fields

    def send(self, fields, path="/form", **headers):
        self.sent = fields
        return self.go("POST", path, urllib.parse.urlencode(fields).encode(), **headers)

    def press(self, go, answers=None):
        """Fills in answers by field name without "q." and presses a button."""
        changes = {"q." + name: value for name, value in (answers or {}).items()}
        return self.send(self.fields(**changes) + [("go", go)])

    def press_plain(self, go):
        """A button in a form of its own, such as of a page with little else."""
        form = next(one for one in self.page.root.all("form")
                    if any(button.get("value") == go for button in one.all("button", name="go")))
        return self.send(entry_list(form) + [("go", go)])
