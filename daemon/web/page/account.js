// How the sign-in stands, and what it takes to get further.

import { get, post } from "./api.js";
import { act, el, say, tried, when } from "./dom.js";

const OPEN = ["signed-in", "trust-expiring"];

export async function draw(_rest, again) {
  const { account, sign_in: now } = await get("/account");
  return [
    el("h1", {}, "Account"),
    el("div", { class: "card" },
      el("p", {}, el("strong", {}, account)),
      el("p", { id: "sign-in" }, now.sentence),
      now.hint && el("p", { class: "soft" }, now.hint),
      now.until && el("p", { class: "soft" }, `until ${when(now.until)}`)),
    OPEN.includes(now.state) ? signedIn(again) : signingIn(now, again),
  ].filter(Boolean);
}

function signedIn(again) {
  return el("p", { class: "row" }, act("Sign out", async () => {
    if (!confirm("Forget the session, here and at Apple? The files stay as they are.")) return;
    await post("/account/logout");
    say("Signed out.");
    again();
  }));
}

function signingIn(now, again) {
  switch (now.state) {
    case "code-required": return coding(now, again);
    case "choice-required": return choosing(now.choices, again);
    case "consent-needed": return el("p", { class: "row" }, act("Look again", async () => { await post("/sync"); again(); }));
    default: return password(again);
  }
}

function password(again) {
  const field = el("input", { id: "password", type: "password", autocomplete: "off", "data-key": "password" });
  return form("Sign in", [
    el("label", { for: "password" }, "Password of the Apple Account (empty: as the config says)"), field,
  ], async () => {
    const body = field.value ? { password: field.value } : {};
    field.value = "";
    done(await post("/account/login", body), again);
  });
}

function coding(now, again) {
  const field = el("input", {
    id: "code", inputmode: "numeric", autocomplete: "one-time-code", required: true, "data-key": "code",
  });
  const others = Object.entries(now.ways).map(([key, label]) => act(`Send it: ${label}`, async () => {
    done(await post("/account/code", { send: key }), again);
  }));
  return form("Confirm", [el("label", { for: "code" }, now.sent_to ? `Code, sent to ${now.sent_to}` : "Code"), field],
    async () => { done(await post("/account/code", { code: field.value }), again); }, ...others);
}

function choosing(choices, again) {
  return el("div", { class: "card" }, el("p", {}, "Where shall the code be sent?"),
    el("p", { class: "row" }, choices.map((choice) => act(choice, async () => {
      done(await post("/account/code", { send: choice }), again);
    }))));
}

function form(label, content, work, ...more) {
  const button = el("button", { class: "main" }, label);
  return el("form", {
    class: "card",
    onsubmit: (event) => { event.preventDefault(); tried(work, button); },
  }, ...content, el("p", { class: "row" }, button, ...more));
}

function done(answer, again) {
  say(answer.sign_in.sentence);
  document.activeElement?.blur();
  again();
}
