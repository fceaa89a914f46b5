"""Hostile texts, as many as wanted: what was reported against products of this kind, mixed at random."""

from __future__ import annotations

import random

from tests.support import hostile

# Out of the advisories: file and network from a PDF, code from a template, script in a page, formulas in a table.
PIECES = (
    '<img src="file:///etc/passwd">',
    '<iframe src="file:///etc/passwd"></iframe>',
    '<link rel=attachment href="file:///etc/passwd">',
    '<meta http-equiv="refresh" content="0; url=http://127.0.0.1:9/">',
    "<script>fetch('http://127.0.0.1:9')</script>",
    '<svg onload=alert(1)><image href="http://127.0.0.1:9/x"/></svg>',
    "<style>@import 'http://127.0.0.1:9/x.css';</style>",
    '<annotation file="/etc/passwd" content="/etc/passwd" icon="Graph"/>',
    "<barcode code='x'/>",
    "{{7*7}}",
    "{% include '/etc/passwd' %}",
    "${7*7}",
    "<%= 7*7 %>",
    "#{7*7}",
    "<?php echo file_get_contents('/etc/passwd'); ?>",
    '#read("/etc/passwd")',
    '#import "@preview/x:1.0.0": *',
    '#include "../../../../etc/passwd"',
    '#image("http://127.0.0.1:9/x.png")',
    '#plugin("/etc/passwd")',
    "\\input{/etc/passwd}",
    '=HYPERLINK("http://127.0.0.1:9")',
    "@SUM(1)",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "javascript:alert(1)",
    "data:text/html,<script>1</script>",
    '"><script>alert(1)</script>',
    "'-alert(1)-'",
    "</style><script>1</script>",
    "</title><script>1</script>",
    "<!--",
    "-->",
    "]]>",
    "<![CDATA[",
    "&#60;script&#62;",
    "%3Cscript%3E",
    "\\u003cscript\\u003e",
    "../../../../etc/passwd",
    "file:///etc/passwd",
    "http://127.0.0.1:9/",
    "//127.0.0.1:9/x",
    "\\\\127.0.0.1\\share",
    "`id`",
    "$(id)",
    "; cat /etc/passwd",
    "| nc 127.0.0.1 9",
    "' OR 1=1 --",
    "\u202eexe.fdp",
    "\x00",
    "\r\nBcc: x@y.example",
)


def texts(chances: random.Random, count: int) -> list[str]:
    """`count` different texts of a few pieces each."""
    known = list(hostile.TEXTS.values())
    found: dict[str, None] = {}
    while len(found) < count:
        parts = [chances.choice(PIECES) for _ in range(chances.randint(1, 4))]
        if chances.random() < 0.1:
            parts.append(chances.choice(known)[:400])
        chances.shuffle(parts)
        found[chances.choice((" ", "", "\n", "\t")).join(parts)] = None
    return list(found)
