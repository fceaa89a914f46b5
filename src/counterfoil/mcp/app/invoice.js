// The invoice in an assistant's window: what the public page shows, and the acts that its state allows. Every act is a
// tool call that the host passes on, so it goes through the same approval as one of the assistant's own. MCP Apps
// 2026-01-26: JSON-RPC with the host over postMessage. Everything of the document is put in as text, or as the page
// that our own server made, without its scripts.
"use strict";
(() => {
  const at = (id) => document.getElementById(id);
  const waiting = new Map();
  let lastId = 0;
  let host = {};
  let shown = null; // {id, number, status, client, total, ...} and the next actions

  // ---- talking to the host

  const post = (message) => window.parent.postMessage({ jsonrpc: "2.0", ...message }, "*");

  function request(method, params) {
    const id = ++lastId;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      post({ id, method, params });
    });
  }

  const notify = (method, params = {}) => post({ method, params });

  window.addEventListener("message", (event) => {
    const message = event.data;
    if (event.source !== window.parent || !message || message.jsonrpc !== "2.0") return;
    if (message.method) return received(message);
    const asked = waiting.get(message.id);
    if (!asked) return;
    waiting.delete(message.id);
    if (message.error) asked.reject(new Error(String(message.error.message || "The host refused this.")));
    else asked.resolve(message.result || {});
  });

  function received(message) {
    const params = message.params || {};
    if (message.method === "ui/notifications/tool-result") show(params);
    else if (message.method === "ui/notifications/tool-cancelled") say("The call was cancelled.");
    else if (message.method === "ui/notifications/host-context-changed") dress(params);
    else if (message.id !== undefined) post({ id: message.id, result: {} }); // ping, ui/resource-teardown
  }

  function dress(context) {
    host = { ...host, hostContext: { ...host.hostContext, ...context } };
    if (context.theme) document.documentElement.style.colorScheme = context.theme;
    const variables = (context.styles && context.styles.variables) || {};
    for (const [name, value] of Object.entries(variables)) {
      if (name.startsWith("--") && typeof value === "string") document.documentElement.style.setProperty(name, value);
    }
  }

  // ---- small parts

  function part(name, text, more = {}) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    return Object.assign(made, more);
  }

  function button(text, act, isFirst = false) {
    const made = part("button", text, { type: "button", className: isFirst ? "first" : "" });
    made.addEventListener("click", act);
    return made;
  }

  const say = (text) => { at("what").textContent = text; };
  const money = (amount) => (amount ? `${amount.value} ${amount.currency}` : "");
  const nameOf = (client) => client.name || [client.first_name, client.last_name].filter(Boolean).join(" ");

  function facts(rows) {
    const list = part("dl");
    for (const [label, value] of rows) if (value) list.append(part("dt", label), part("dd", String(value)));
    return list;
  }

  // ---- the invoice

  const STATES = { draft: "Draft", unpaid: "Unpaid", paid: "Paid", canceled: "Canceled" };
  const ACTS = {
    change_client_invoice_status: (args) => (args.finalize ? "Finalize" : ""),
    send_client_invoice: () => "Send",
    mark_client_invoice_as_paid: () => "Mark as paid",
  };

  function show(result) {
    const data = result.structuredContent || {};
    const invoice = data.client_invoice;
    if (result.isError || !invoice || !invoice.id) {
      at("app").setAttribute("aria-busy", "false");
      return say(data.message || "There is no invoice to show.");
    }
    shown = { invoice, next: data.next_actions || [] };
    at("ask").hidden = true;
    draw();
    return page();
  }

  function draw() {
    const { invoice, next } = shown;
    const title = [STATES[invoice.status] || invoice.status, invoice.number, nameOf(invoice.client || {})];
    say(`${title.filter(Boolean).join(" · ")} · ${money(invoice.total_amount)}`);
    const row = at("actions");
    row.replaceChildren();
    for (const action of next) {
      const label = ACTS[action.tool] && ACTS[action.tool](action.arguments || {});
      if (label) row.append(button(label, () => ask(label, action), row.childElementCount === 0));
    }
    at("app").setAttribute("aria-busy", "false");
  }

  async function page() {
    const wanted = shown.invoice.id;
    let made;
    try {
      const answer = await request("resources/read", { uri: `invoice://${wanted}/page` });
      made = JSON.parse(answer.contents[0].text);
    } catch {
      made = null; // a server or host without it: the figures below do
    }
    if (shown.invoice.id !== wanted) return;
    if (made) whole(made);
    else at("page").replaceChildren(figures());
    notify("ui/notifications/size-changed", size());
  }

  function whole(made) {
    const found = new DOMParser().parseFromString(made.html, "text/html");
    found.querySelectorAll("script, link, meta, base, iframe, object, embed, form, style").forEach((part) => part.remove());
    for (const part of found.querySelectorAll("*")) {
      for (const { name, value } of [...part.attributes]) {
        const isLink = name === "href" || name === "src";
        if (name.startsWith("on") || (isLink && !/^(https?:|mailto:|tel:|data:image\/|#)/i.test(value))) part.removeAttribute(name);
      }
    }
    const frame = at("page");
    const root = frame.shadowRoot || frame.attachShadow({ mode: "open" });
    const style = part("style", themed(`${JSON.parse(at("sheet").textContent)}\n${made.accent_style}`.replace(/:root/g, ":host")));
    const body = part("div", undefined, { className: "sheet", lang: found.documentElement.lang });
    body.append(...found.body.childNodes);
    const frameStyle = part("style", ":host { display: block } .sheet { background: var(--page); color: var(--ink); padding-block: 0 1rem; border-top: 6px solid var(--accent); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }");
    root.replaceChildren(style, frameStyle, body);
    root.onclick = (event) => {
      const link = event.target.closest && event.target.closest("a[href]");
      if (!link) return;
      event.preventDefault();
      open(link.href);
    };
  }

  // The host's theme, where it has one, counts for the page too, whatever the machine's own is.
  function themed(css) {
    const theme = (host.hostContext || {}).theme;
    return theme ? css.replace(/\(prefers-color-scheme:\s*dark\)/g, theme === "dark" ? "(min-width: 0)" : "(max-width: 0)") : css;
  }

  function figures() {
    const { invoice } = shown;
    const list = facts([
      ["Issued", invoice.issue_date], ["Due", invoice.due_date], ["Without VAT", money(invoice.tax_exclusive_amount)],
      ["VAT", money(invoice.vat_amount)], ["Total", money(invoice.total_amount)], ["To pay", money(invoice.amount_due)],
    ]);
    list.style.padding = ".875rem";
    return list;
  }

  const open = (url) => request("ui/open-link", { url }).catch(() => fault(`Open this address yourself: ${url}`));

  // ---- acts

  function fault(text) {
    at("ask-fault").textContent = text;
    at("ask-fault").hidden = !text;
  }

  function question(title, body, buttons) {
    at("ask").hidden = false;
    at("ask-title").textContent = title;
    at("ask-body").replaceChildren(...body);
    at("ask-buttons").replaceChildren(...buttons);
    fault("");
    const first = at("ask").querySelector("input, button");
    if (first) first.focus({ preventScroll: true });
  }

  const cancel = () => button("Not now", () => { at("ask").hidden = true; draw(); });

  async function call(tool, args) {
    const answer = await request("tools/call", { name: tool, arguments: args });
    return { data: answer.structuredContent || {}, isError: answer.isError === true };
  }

  async function ask(label, action) {
    const args = { ...action.arguments };
    if (label === "Finalize") return finalize(action.tool, args);
    if (label === "Send") return send(action.tool, args);
    return question("Mark as paid", [field("paid_at", "Day of payment", { type: "date", value: day() })], [
      button("Mark as paid", () => act(action.tool, { ...args, paid_at: value("paid_at") }), true), cancel(),
    ]);
  }

  async function finalize(tool, args) {
    question("Finalize", [part("p", "Looking at what it would become …")], [cancel()]);
    const { data, isError } = await call(tool, { ...args, preview: true }).catch((error) => ({ data: { message: error.message }, isError: true }));
    if (isError) {
      question("It cannot be finalized yet", (data.errors || [data]).map((one) => part("p", [one.message, one.fix].filter(Boolean).join(" "))), [cancel()]);
      return;
    }
    const preview = data.preview || {};
    const made = data.client_invoice || shown.invoice;
    const known = facts([
      ["Number", preview.number || made.number], ["For", nameOf(made.client || {})], ["Total", money(made.total_amount)],
    ]);
    const warnings = ((preview.compliance || {}).warnings || []).map((one) => part("p", one.message || one.detail || ""));
    question("Finalize this invoice?", [known, ...warnings, part("p", "It gets its number for good and can never be changed again.")], [
      button("Finalize now", () => act(tool, args), true), cancel(),
    ]);
  }

  function send(tool, args) {
    const to = (args.send_to || []).join(", ");
    question("Send by mail", [
      field("send_to", "To", { type: "email", multiple: true, value: to, required: true }),
      field("email_title", "Subject", { value: args.email_title || "" }),
    ], [
      button("Send", () => {
        const addresses = value("send_to").split(",").map((one) => one.trim()).filter(Boolean);
        const title = value("email_title");
        act(tool, { ...args, send_to: addresses, ...(title ? { email_title: title } : {}) });
      }, true), cancel(),
    ]);
  }

  function field(id, label, more) {
    const made = part("label", label);
    made.append(part("input", undefined, { id: `field-${id}`, ...more }));
    return made;
  }

  const value = (id) => at(`field-${id}`).value.trim();
  const day = () => new Date(Date.now() - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 10);

  // One key for each act, kept while it is tried again: pressed twice, it happens once.
  async function act(tool, args) {
    const whole = args.idempotency_key ? args : { ...args, idempotency_key: crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random()}` };
    const buttons = at("ask").querySelectorAll("button");
    buttons.forEach((one) => { one.disabled = true; });
    fault("");
    let answer;
    try {
      answer = await call(tool, whole);
    } catch (error) {
      answer = { data: { message: error.message }, isError: true };
    }
    buttons.forEach((one) => { one.disabled = false; });
    if (answer.data.code === "approval_required") return approval(tool, whole, answer.data);
    if (answer.isError) return fault((answer.data.errors || [answer.data]).map((one) => [one.message, one.fix].filter(Boolean).join(" ")).join("\n") || "It did not work.");
    return done(answer.data);
  }

  function approval(tool, args, data) {
    const wanted = data.approval || {};
    const body = [part("p", wanted.summary || data.message)];
    if (wanted.id) body.push(facts([["Approval", wanted.id]]));
    question("This needs your approval", body, [
      ...(wanted.url ? [button("Open the approval page", () => open(wanted.url), true)] : []),
      button("I have approved it", () => act(tool, args)), cancel(),
    ]);
  }

  async function done(data) {
    const id = (data.client_invoice || shown.invoice).id;
    const { data: now, isError } = await call("get_client_invoice", { id }).catch(() => ({ data, isError: false }));
    show({ structuredContent: isError ? data : now });
    const invoice = shown.invoice;
    request("ui/update-model-context", {
      content: [{ type: "text", text: `Invoice ${invoice.number || invoice.id} is now ${invoice.status}.` }],
    }).catch(() => {});
  }

  // ---- beginning

  const size = () => ({ width: Math.ceil(document.documentElement.scrollWidth), height: Math.ceil(at("app").getBoundingClientRect().height) });
  new ResizeObserver(() => notify("ui/notifications/size-changed", size())).observe(at("app"));

  request("ui/initialize", {
    protocolVersion: "2026-01-26", appInfo: { name: "counterfoil-invoice", version: "1.0.0" },
    appCapabilities: { availableDisplayModes: ["inline", "fullscreen"] },
  }).then((answer) => {
    host = answer;
    dress(host.hostContext || {});
    notify("ui/notifications/initialized");
  }).catch((error) => say(`The host refused the window: ${error.message}`));
})();
