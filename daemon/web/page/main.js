// Shows one page at a time by the address, and each anew when something has happened.

import { adoptToken, get, keepToken, listen, post } from "./api.js";
import { el, say, show, told, tried, when } from "./dom.js";
import * as account from "./account.js";
import * as decide from "./decide.js";
import * as devices from "./devices.js";
import * as photos from "./photos.js";
import * as reminders from "./reminders.js";
import * as runs from "./runs.js";

const PAGES = { reminders, decide, runs, account, devices, photos };
const place = document.getElementById("main");
const state = document.getElementById("state");
let turn = 0;
let following = false;
let behind = false;
let released = Promise.resolve();

function here() {
  const [name, ...rest] = decodeURIComponent(location.hash.slice(1)).split("/");
  return name in PAGES ? [name, rest.join("/")] : ["reminders", ""];
}

async function draw({ moved = false } = {}) {
  const [name, rest] = here();
  const mine = ++turn;
  for (const link of document.querySelectorAll("#pages a")) {
    if (link.hash === `#${name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  try {
    const content = await PAGES[name].draw(rest, again);
    await released;
    if (mine !== turn) return;
    show(place, content);
    if (moved) place.focus();
  } catch (error) {
    if (mine !== turn) return;
    if (error.status === 401) askToken();
    else show(place, el("h1", {}, "That did not work"), el("p", { class: "bad" }, told(error)));
  }
}

// While somebody writes in a field, what is shown stays as it is.
async function again() {
  const at = document.activeElement;
  const writes = place.contains(at) && at.matches("input:not([type=checkbox]), textarea, select");
  if (!document.querySelector("dialog[open]") && !(writes && at.value)) await draw();
}

// Shows what has happened: much at once only once more, and not faster than it is answered.
async function follow() {
  behind = true;
  if (following) return;
  following = true;
  while (behind) {
    behind = false;
    await Promise.all([look().catch(() => {}), again()]);
  }
  following = false;
}

// What somebody presses stays until they let it go, and where it is: neither a new button nor one
// that has moved away from under the pointer would have been clicked.
addEventListener("pointerdown", () => {
  released = new Promise((done) => {
    for (const end of ["pointerup", "pointercancel"]) {
      addEventListener(end, () => setTimeout(done), { once: true, capture: true });
    }
  });
}, { capture: true });

async function look() {
  const status = await get("/status");
  await released;
  state.dataset.state = status.state;
  const since = status.last_success ? `last in step ${when(status.last_success)}` : "never in step yet";
  state.textContent = [status.state, status.reason, since].filter(Boolean).join(" · ");
  const waiting = (status.held ?? 0) + (status.conflicts ?? 0) + (status.parked ?? 0);
  document.getElementById("deciding").textContent = waiting || "";
}

function begin() {
  document.getElementById("pages").hidden = false;
  document.getElementById("sync").disabled = false;
  draw();
  listen(
    follow,
    (error) => {
      state.dataset.state = "offline";
      state.textContent = error.status === 401 ? "the token is no longer right" : "remindersd does not answer";
      if (error.status === 401) askToken();
    },
  );
}

function askToken() {
  document.getElementById("pages").hidden = true;
  document.getElementById("sync").disabled = true;
  state.textContent = "locked";
  const field = el("input", { id: "token", type: "password", autocomplete: "off", required: true });
  const form = el("form", { class: "card", onsubmit: (event) => { event.preventDefault(); unlock(field); } },
    el("h1", {}, "Who is there?"),
    el("p", {}, "This page is for the owner of this daemon. In a terminal, ",
      el("code", {}, "remindersd token"), " prints the token."),
    el("label", { for: "token" }, "Token"), field,
    el("p", { class: "row" }, el("button", { class: "main" }, "Open")));
  show(place, form);
  field.focus();
}

async function unlock(field) {
  keepToken(field.value.trim());
  try {
    await look();
    begin();
  } catch (error) {
    say(told(error));
    field.select();
  }
}

function outcome(report) {
  if (report.problems.length) return `Partly done: ${report.problems[0]}`;
  return report.held.length || report.open_conflicts ? "Done, and something waits for you." : "Both sides are in step.";
}

const sync = document.getElementById("sync");
sync.addEventListener("click", () => tried(async () => {
  say(outcome(await post("/sync")));
  again();
}, sync));
addEventListener("hashchange", () => draw({ moved: true }));
adoptToken();
look().then(begin, (error) => (error.status === 401 ? askToken() : begin()));
