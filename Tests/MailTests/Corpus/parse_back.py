#!/usr/bin/env python3
"""Parses composed mail with Python's own `email` package and compares it with what was asked for.

    parse_back.py FOLDER

For every NAME.json (arguments of send_email) in FOLDER, NAME.eml must say the same: addresses and names, subject,
every field, the tree of parts, texts, file names and octets. It shares no code with what it checks. Prints what
differs and exits with 1; needs Python 3.11 or later and nothing else.
"""

import base64
import json
import re
import sys
import unicodedata
from email import message_from_string, policy
from email.errors import NonASCIILocalPartDefect
from email.header import decode_header, make_header
from email.utils import getaddresses
from pathlib import Path

DATE = "Sun, 22 Nov 2026 16:00:00 +0000"
MESSAGE_ID = "<golden@example.com>"
TYPES = {
    "pdf": "application/pdf", "csv": "text/csv", "png": "image/png", "jpeg": "image/jpeg", "zip": "application/zip",
    "txt": "text/plain", "md": "text/markdown", "docx":
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


class Differs(Exception):
    pass


def same(what, got, wanted):
    if got != wanted:
        raise Differs(f"{what}: got {got!r}, wanted {wanted!r}")


def mailbox(text):
    """Name and address of `Name <a@b>`, with the domain in A-labels."""
    name, spec = "", text.strip()
    if spec.endswith(">"):
        name, spec = spec[:-1].rsplit("<", 1)
        name = name.strip()
        if re.fullmatch(r'"(\\.|[^"\\])*"', name):
            name = re.sub(r"\\(.)", r"\1", name[1:-1])
    local, domain = spec.rsplit("@", 1)
    if re.fullmatch(r'"[A-Za-z0-9.]+"', local):
        local = local[1:-1]
    if not domain.startswith("["):
        labels = unicodedata.normalize("NFKC", domain).lower().split(".")
        labels = [l if l.isascii() else "xn--" + l.encode("punycode").decode() for l in labels]
        domain = ".".join(labels)
    return name, f"{local}@{domain}"


def check_lines(raw, needs_utf8):
    if re.search(rb"(?<!\r)\n|\r(?!\n)|\0", raw):
        raise Differs("a bare CR, a bare LF or a NUL")
    if not raw.endswith(b"\r\n"):
        raise Differs("no CRLF at the end")
    for line in raw.split(b"\r\n"):
        if len(line) > 998:
            raise Differs(f"a line of {len(line)} octets")
    if not needs_utf8 and not raw.isascii():
        raise Differs("octets beyond ASCII")


def check_folding(block):
    for line in block.split(b"\r\n"):
        if not line.strip() or line != line.rstrip():
            raise Differs(f"white space alone or at the end of {line!r}")
        limit = 76 if b"=?UTF-8?" in line else 78
        words = line.split()
        # One word alone cannot be folded; a name before it only when it would not fit on the next line either.
        # (free text never starts below its name).
        alone = len(words) == 1 or len(words) == 2 and words[0].endswith(b":") and (
            len(words[1]) >= 76 or words[0].lower().startswith(b"x-"))
        if len(line) > limit and not alone:
            raise Differs(f"a line of {len(line)} that could be folded: {line!r}")
        for word in re.findall(rb"=\?[^?\s]+\?[^?\s]\?[^?\s]*\?=", line):
            if len(word) > 75:
                raise Differs(f"an encoded word of {len(word)} characters")
            decoded, charset = decode_header(word.decode())[0]
            decoded.decode(charset)


def header_blocks(message, raw):
    """The header section of the message and of each part, as octets."""
    yield raw.split(b"\r\n\r\n", 1)[0]
    boundaries = [p.get_boundary() for p in message.walk() if p.get_content_maintype() == "multipart"
                  and p.get_boundary()]
    for boundary in boundaries:
        for piece in re.split(rb"(?:^|\r\n)--" + re.escape(boundary.encode()) + rb"(?:\r\n)", raw)[1:]:
            yield piece.split(b"\r\n\r\n", 1)[0].strip(b"\r\n")


def check_addresses(message, old, request):
    for field, name in [("from", "From"), ("to", "To"), ("cc", "Cc"), ("reply_to", "Reply-To")]:
        asked = request.get(field) or []
        asked = [asked] if isinstance(asked, str) else asked
        if not asked:
            if field == "to" and not request.get("cc"):
                same("To", str(message["To"]), "undisclosed-recipients:;")
            elif field != "from":
                same(name, message[name], None)
            continue
        same(f"number of {name}", len(message.get_all(name)), 1)
        wanted = [mailbox(a) for a in asked]
        # Up to 3.13 the modern parser puts spaces between encoded words of a phrase (RFC 2047 §6.2 drops them) and
        # runs spaces together; the older functions do neither, and cannot be fooled into agreeing by that.
        squeezed = lambda pairs: [("".join(n.split()), a) for n, a in pairs]
        got = [(a.display_name, a.addr_spec) for a in message[name].addresses]
        same(name, squeezed(got), squeezed(wanted))
        pairs = getaddresses([re.sub(r"\r?\n", "", old[name])])
        if not any("[" in a for _, a in wanted):
            same(name, [(str(make_header(decode_header(n))), a) for n, a in pairs], wanted)
    same("Bcc", message["Bcc"], None)


def check_fields(message, request):
    same("Date", str(message["Date"]), DATE)
    same("Message-ID", str(message["Message-ID"]), MESSAGE_ID)
    same("MIME-Version", str(message["MIME-Version"]), "1.0")
    same("Subject", message["Subject"] and str(message["Subject"]), request.get("subject") or None)
    bracketed = lambda i: i if i.startswith("<") else f"<{i}>"
    reply = request.get("in_reply_to")
    same("In-Reply-To", message["In-Reply-To"] and str(message["In-Reply-To"]), reply and bracketed(reply))
    thread = [bracketed(i) for i in request.get("references", [])]
    if reply and bracketed(reply) not in thread:
        thread.append(bracketed(reply))
    same("References", (message["References"] or "").split(), thread)
    for name, value in request.get("headers", {}).items():
        got = message.get_all(name)
        same(name, got and [str(v) for v in got], [value])
    known = {"date", "from", "to", "cc", "reply-to", "subject", "message-id", "in-reply-to", "references",
             "mime-version", "content-type", "content-transfer-encoding"}
    known |= {name.lower() for name in request.get("headers", {})}
    for name in message.keys():
        if name.lower() not in known:
            raise Differs(f"a field nobody asked for: {name}")
        if name.lower() != "x-" and len(message.get_all(name)) > 1:
            raise Differs(f"{name} occurs twice")


def tree(request):
    """The parts that should be there: (multipart type, children), a text's subtype or an attachment."""
    attachments = list(enumerate(request.get("attachments", [])))
    html = "html" in request or "markdown" in request
    inline = [a for a in attachments if html and a[1].get("content_id")]
    files = [a for a in attachments if a not in inline]
    body = "plain"
    if html:
        shown = ("related", ["html"] + inline) if inline else "html"
        body = ("alternative", ["plain", shown])
    return ("mixed", [body] + files) if files else body


def lines(text):
    return text.replace("\r\n", "\n").replace("\r", "\n")


def check_part(part, wanted, request, boundaries, is_root=False):
    if part.defects:
        raise Differs(f"defects: {part.defects}")
    if isinstance(wanted, tuple) and isinstance(wanted[0], str):
        kind, children = wanted
        same("content type", part.get_content_type(), f"multipart/{kind}")
        boundary = part.get_boundary()
        if boundary in boundaries or len(boundary) > 70:
            raise Differs(f"boundary {boundary}")
        boundaries.append(boundary)
        if kind == "related":
            same("type of related", part.get_param("type"), "text/html")
        same(f"parts of {kind}", len(part.get_payload()), len(children))
        for child, of in zip(part.get_payload(), children):
            check_part(child, of, request, boundaries)
        return
    if isinstance(wanted, str):
        check_text(part, wanted, request, is_root)
    else:
        check_attachment(part, *wanted, request)


def check_text(part, kind, request, is_root):
    same("content type", part.get_content_type(), f"text/{kind}")
    same("charset", part.get_content_charset(), "utf-8")
    same("disposition", part.get_content_disposition(), None)
    got = lines(part.get_payload(decode=True).decode("utf-8"))
    if kind == "plain":
        asked = request.get("text", request.get("markdown"))
    else:
        asked = request.get("html")
        if asked is None and ("<body>" not in got or "<script" in got):
            raise Differs(f"HTML made from markdown: {got!r}")
    if asked is not None:
        asked = lines(asked)
        # Mail data ends with a whole line; in base64 the text need not.
        if is_root and asked and not asked.endswith("\n") and part["content-transfer-encoding"] != "base64":
            asked += "\n"
        same(f"{kind} text", got, asked)
    elif kind == "plain" and not got.strip() and re.sub(r"<[^>]*>", "", request["html"]).strip():
        raise Differs("no text made from HTML")


def check_attachment(part, index, asked, request):
    name, content = asked["filename"], base64.b64decode(asked["content_base64"])
    wanted = asked.get("content_type", TYPES.get(name.rsplit(".", 1)[-1])) if "." in name else None
    wanted = (asked.get("content_type") or wanted or "application/octet-stream").split(";")[0].lower()
    got = part.get_content_type()
    if name.endswith(".eml") and "content_type" not in asked:
        wanted = "message/rfc822"
    if wanted.startswith(("message/", "multipart/")) and got == "application/octet-stream":
        if wanted == "message/rfc822" and content.isascii() and b"\n" not in content.replace(b"\r\n", b""):
            raise Differs("a message that could have gone as one")
    else:
        same(f"type of attachment {index}", got, wanted)
    same(f"name of attachment {index}", part["content-disposition"].params["filename"], name)
    raw_name = re.search(r';\s*name="(.*)"', str(part._headers_of_old["content-type"]), re.S)[1]
    same(f"old name of attachment {index}", str(make_header(decode_header(raw_name.replace("\r\n", "")))), name)
    if got == "message/rfc822":
        got_bytes = part.get_payload(0).as_bytes(policy=policy.SMTP.clone(refold_source="none"))
    else:
        got_bytes = part.get_payload(decode=True)
        same("encoding", str(part["content-transfer-encoding"]), "base64")
    same(f"octets of attachment {index}", got_bytes, content)
    cid = asked.get("content_id")
    inline = bool(cid) and ("html" in request or "markdown" in request)
    same("disposition", part.get_content_disposition(), "inline" if inline else "attachment")
    same("Content-ID", part["Content-ID"] and str(part["Content-ID"]), cid and f"<{cid.strip('<>')}>")
    if "charset" in asked.get("content_type", ""):
        same("charset", part.get_content_charset(), asked["content_type"].split("charset=")[1].strip('"').lower())


def check(request, raw):
    everyone = [request["from"]] + sum((request.get(f) or [] for f in ("to", "cc", "reply_to")), [])
    needs_utf8 = any(not mailbox(a)[1].isascii() for a in everyone)
    check_lines(raw, needs_utf8)
    # Octets beyond ASCII occur in addresses alone, as UTF-8 (RFC 6532).
    source = raw.decode("utf-8")
    message = message_from_string(source, policy=policy.SMTPUTF8)
    # The modern policy decodes what it should and some that it should not; the old one keeps fields as they stand.
    old = message_from_string(source, policy=policy.compat32)
    for part, plain in zip(message.walk(), old.walk()):
        part._headers_of_old = {k.lower(): v for k, v in plain._headers}
    for block in header_blocks(message, raw):
        check_folding(block)
    for address in request.get("bcc") or []:
        spec = mailbox(address)[1]
        if spec not in [mailbox(a)[1] for a in everyone] and spec.encode() in raw.split(b"\r\n\r\n", 1)[0]:
            raise Differs(f"{spec} of bcc shows in the header section")
    for name, value in message.items():
        defects = [d for d in value.defects if not (needs_utf8 and isinstance(d, NonASCIILocalPartDefect))]
        if defects:
            raise Differs(f"{name}: {defects}")
    check_addresses(message, old, request)
    check_fields(message, request)
    check_part(message, tree(request), request, [], is_root=True)


def main(folder):
    requests = sorted(Path(folder).glob("*.json"))
    failed = 0
    for path in requests:
        try:
            raw = path.with_suffix(".eml").read_bytes()
            check(json.loads(path.read_text(encoding="utf-8")), raw)
        except Exception as error:
            failed += 1
            print(f"{path.stem}: {type(error).__name__}: {error}")
    orphans = {p.stem for p in Path(folder).glob("*.eml")} - {p.stem for p in requests}
    for name in sorted(orphans):
        failed += 1
        print(f"{name}.eml has no {name}.json")
    print(f"{len(requests)} messages, {failed} wrong")
    return 0 if requests and not failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
