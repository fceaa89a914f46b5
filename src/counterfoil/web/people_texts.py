"""What pages for people who sign in say, in one place. Templates have it as `t`."""

from __future__ import annotations

from typing import Final


class SignInTexts:
    """Pages below /signin."""

    title = "Sign in"
    email = "E-mail address"
    password = "Password"  # noqa: S105  # a label
    button = "Sign in"
    without = "No password yet, or forgotten? Whoever runs this server can make you a link that signs you in once:"
    command = "counterfoil signin-link"
    command_for = "counterfoil signin-link --email you@example.com"
    nobody_title = "Nobody can sign in here yet"
    nobody = "Make a link that signs you in once. On the machine that this server runs on, type:"
    wrong = "The address and the password do not go together, or there is no password yet."
    wait = "Too many wrong passwords from here. Wait {minutes} min, or use a one-time link."
    not_from_here = "This did not come from our own page, so nobody was signed in. Please try again here."
    link_title = "Sign in to {organization}"
    link_text = "This link signs you in once, as {name} ({email})."
    link_text_nameless = "This link signs you in once, as {email}."
    link_gone = "This link does not work any more"
    link_missing = "This link signs nobody in"
    link_again = "A link works once, and for 15 minutes. To make a new one, type at the server:"
    choose_title = "Which organization?"
    choose = "You are a member of several. You can sign out and choose another one at any time."
    choose_button = "Sign in to {organization}"


class ApprovalTexts:
    """Pages below /approvals."""

    title = "Approvals"
    waiting = "Waiting for a decision"
    nothing = "Nothing waits for you."
    lately = "Decided lately"
    asked_by = "Asked by"
    amount = "Amount"
    expires = "Expires"
    look = "Look at it"
    detail_title = "Approval"
    what = "What will happen"
    was_asked = "What was asked"
    changes = "What changes"
    mail = "The mail"
    mail_to = "To"
    mail_copy = "Copy to"
    mail_subject = "Subject"
    mail_text = "Text"
    mail_files = "Attached"
    document = "The document"
    document_now = "The document as it is now"
    call = "The call, as it was sent"
    arguments = "With these arguments:"
    findings = "What the country's rules say"
    is_ready = "Ready: nothing that the law asks for is missing."
    who = "Who asks"
    asked = "Asked"
    decided = "Decided"
    by = "{when} by {who}"
    decide = "Your decision"
    to_decision = "To your decision"
    approve = "Approve"
    decline = "Decline"
    note = (
        "Approve only what you have read above: it cannot be undone. Nothing happens by itself: whoever "
        "asked must make the same call once more, and it goes through once."
    )
    read_only = "Only an owner or an admin of {organization} may decide. You are signed in as {role}."
    states: Final = {
        "pending": "waiting",
        "approved": "approved",
        "declined": "declined",
        "spent": "done",
        "expired": "expired",
    }
    outcome: Final = {
        "pending": ("", ""),
        "approved": (
            "Approved",
            (
                "It has not happened yet. It happens once, when {who} makes the same call again before {until}. "
                "If an assistant asked, tell it to go on."
            ),
        ),
        "declined": (
            "Declined",
            "Nothing was done. The same call is refused until {until}; after that it would be asked for anew.",
        ),
        "spent": ("Approved and done", "The call went through at {spent}. This approval is used up."),
        "expired": (
            "Expired",
            (
                "Nobody decided in time, or it was not used, and nothing was done. If it is still wanted, {who} "
                "can make the call again: it is then asked for anew."
            ),
        ),
    }
    missing = "There is no such approval here"
    missing_help = (
        "It may belong to another organization than {organization}: sign out, and in again there. "
        "Approvals that are long over are removed."
    )
    back = "All approvals"
    just_late = "Somebody decided before you, or the time ran out: nothing was changed by your click."
    of_this_machine = "the assistant on the server's own machine"
    minutes = "in {count} min"
    moments = "in less than a minute"


class ChangeTexts:
    """What an act changes."""

    status = "Status"
    number = "Number"
    none_yet = "none yet"
    numbered = "{number}, unless another is issued first"
    does_not_exist = "does not exist yet"
    deleted = "deleted for good"
    for_good: Final = {
        "finalize": "An invoice that has been issued cannot be changed or deleted: only a credit note corrects it.",
        "create_as_unpaid": "What is issued cannot be changed or deleted: only a credit note corrects it.",
        "cancel": "What was canceled cannot be taken up again.",
        "send": "A mail that is on its way cannot be called back.",
        "delete": "What was deleted cannot be brought back.",
        "reject": "A rejection cannot be taken back.",
        "credit_note": "A credit note cannot be changed or deleted.",
    }


class AccessTexts:
    """The page /access."""

    title = "Access"
    lead = "Everything that may act in the name of {organization}. Secrets are never shown: only their hashes are kept."
    active = "May call now"
    ended = "Ended"
    nothing = "Nothing may call."
    kinds: Final = {"key": "API key", "token": "token", "connection": "connected program"}
    states: Final = {"active": "active", "expired": "expired", "revoked": "revoked"}
    kind = "Kind"
    id = "ID"
    scopes = "May"
    all_scopes = "everything"
    reads = "read only"
    policy = "Approvals"
    policies: Final = {"never": "acts at once", "always": "a person must approve what cannot be undone"}
    above = "a person must approve what cannot be undone over {amount} EUR"
    person_only = ", on this site or at the terminal only"
    member = "Acts for"
    nobody = "the organization"
    created = "Made"
    expires = "Ends"
    never_ends = "never"
    client = "Program"
    revoke = "Revoke"
    revoke_sure = "{name} stops working at once, for good."
    revoke_button = "Revoke {name}"
    revoked = "{name} was revoked: it does not work any more."
    gone = "It was revoked before; nothing was changed."
    missing = "There is no such key or token here"
    not_yours = "Only an owner or an admin may revoke what is not their own"


class FaultTexts:
    """When a form is refused."""

    title = "Nothing was done"
    away = "Not available just now"
    away_again = "Please try again in a moment."
    back = "Back"
