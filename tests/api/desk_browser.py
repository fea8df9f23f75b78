"""A browser without scripts: it keeps cookies, reads forms and sends them as they stand."""

import html.parser
import http.client
import http.cookies
import re
import urllib.parse

from service import PATIENCE, Reply


class Form:
    def __init__(self, action):
        self.action = action
        self.fields = []  # (name, value), as they would be sent
        self.buttons = []  # (name, value, label)


class Document(html.parser.HTMLParser):
    """The forms, headings, links and words of a page."""

    def __init__(self, text):
        super().__init__()
        self.forms, self.links, self.headings, self.notices = [], [], [], []
        self.words = ""
        self.open = []
        self.select = self.area = self.button = None
        self.feed(text)
        self.words = " ".join(self.words.split())

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.forms.append(Form(given.get("action", "")))
        elif tag == "a":
            self.links.append(given.get("href", ""))
        elif tag == "input" and self.forms and given.get("name"):
            kind = given.get("type", "text")
            if kind not in ("checkbox", "radio") or "checked" in given:
                self.forms[-1].fields.append((given["name"], given.get("value", "on" if kind == "checkbox" else "")))
        elif tag == "select":
            self.select = [given["name"], None]
        elif tag == "option" and self.select is not None:
            if self.select[1] is None or "selected" in given:
                self.select[1] = given.get("value", "")
        elif tag == "textarea":
            self.area = [given["name"], ""]
        elif tag == "button" and self.forms:
            self.button = [given.get("name"), given.get("value", ""), ""]
        elif tag == "h1":
            self.headings.append("")
        self.open.append((tag, given.get("class", "")))
        if tag in ("input", "meta", "link", "br"):
            self.open.pop()
        if tag == "p" and "notice" in given.get("class", ""):
            self.notices.append("")

    def handle_endtag(self, tag):
        if tag == "select":
            self.forms[-1].fields.append(tuple(self.select))
            self.select = None
        elif tag == "textarea":
            self.forms[-1].fields.append((self.area[0], self.area[1].removeprefix("\n")))
            self.area = None
        elif tag == "button" and self.button is not None:
            self.forms[-1].buttons.append(tuple(self.button))
            self.button = None
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        self.words += data + " "
        if self.area is not None:
            self.area[1] += data
        if self.button is not None:
            self.button[2] += data
        if self.open and self.open[-1][0] == "h1":
            self.headings[-1] += data
        if any(tag == "p" and "notice" in kind for tag, kind in self.open):
            self.notices[-1] += data


class Page(Reply):
    @property
    def text(self):
        return self.body.decode()

    @property
    def document(self):
        return Document(self.text)

    @property
    def title(self):
        return " ".join(self.document.headings[:1])

    @property
    def faults(self):
        """What is said beside fields, by the field's name."""
        return dict(re.findall(r'<p id="([^"]+)-help" class="error">([^<]*)</p>', self.text))

    @property
    def words(self):
        return self.document.words


class Browser:
    def __init__(self, service, language="en"):
        self.service = service
        self.language = language
        self.cookies = {}
        self.path = None
        self.page = None

    def request(self, method, path, body=None, **headers):
        sent = {"Accept-Language": self.language,
                **{name.replace("_", "-"): value for name, value in headers.items() if value is not None}}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        link = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=PATIENCE)
        try:
            link.request(method, path, body=body, headers=sent)
            answer = link.getresponse()
            page = Page(answer.status, answer.headers, answer.read())
        finally:
            link.close()
        for line in page.headers.get_all("Set-Cookie") or []:
            for name, morsel in http.cookies.SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        self.path, self.page = path, page
        return page

    def get(self, path, **headers):
        """The page at `path`, after redirects."""
        page = self.request("GET", path, **headers)
        return self.get(page.headers["Location"]) if page.status == 303 else page

    def post(self, path, fields, follow=True, **headers):
        headers.setdefault("Sec_Fetch_Site", "same-origin")
        page = self.request("POST", path, urllib.parse.urlencode(fields).encode(),
                            Content_Type="application/x-www-form-urlencoded", **headers)
        return self.get(page.headers["Location"]) if follow and page.status == 303 else page

    def form(self, action):
        """The form of the page shown whose action ends so."""
        found = [form for form in self.page.document.forms if form.action.endswith(action)]
        if not found:
            raise AssertionError(f"no form {action} on {self.path}: {self.page!r}")
        return found[0]

    def send(self, action, button=None, follow=True, headers=None, **changes):
        """Sends a form as it stands, with changed fields (None leaves one out) and by a button's value."""
        form = self.form(action)
        fields = [(name, value) for name, value in form.fields if name not in changes]
        fields += [(name, value) for name, value in changes.items() if value is not None]
        if button is not None:
            fields.append(next((name, value) for name, value, _ in form.buttons if value == button))
        return self.post(form.action, fields, follow, **(headers or {}))

    def sign_in(self, programme, account):
        made = programme.operator.made("POST", f"/v1/programmes/{programme.id}/accounts/{account}:sign-in")
        path = urllib.parse.urlsplit(made["link"]).path
        self.get(path)
        return self.send(path)
