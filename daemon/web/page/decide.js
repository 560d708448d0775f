// What waits for a person: conflicts side by side, held deletions, and what iCloud refused.

import { get, post } from "./api.js";
import { act, el, say, when } from "./dom.js";

export async function draw(_rest, again) {
  const [conflicts, held, parked] = await Promise.all([get("/conflicts"), get("/held"), get("/parked")]);
  const nothing = !conflicts.conflicts.length && !held.held.length && !parked.parked.length;
  return [
    el("h1", {}, "To decide"),
    nothing && el("p", { class: "soft" }, "Nothing waits for you."),
    ...part("Conflicts", conflicts.conflicts.map((one) => conflict(one, again))),
    ...part("Held", held.held.map((one) => hold(one, again))),
    ...part("Refused by iCloud", parked.parked.map((one) => refused(one, again))),
  ].filter(Boolean);
}

function part(name, cards) {
  return cards.length ? [el("h2", {}, `${name} (${cards.length})`), ...cards] : [];
}

function conflict(one, again) {
  const take = (which) => async () => {
    await post(`/conflicts/${one.number}`, { take: which });
    say(which === "shown" ? "Kept what is shown." : "Took the other value.");
    again();
  };
  const other = one.loser_side === "file" ? "In the file" : "In iCloud";
  return el("section", { class: "card", "aria-label": `Conflict about ${one.title ?? one.id}` },
    el("p", {}, el("strong", {}, one.title ?? one.id), one.list ? ` in ${one.list}` : ""),
    el("p", { class: "soft" }, `Both sides changed its ${one.field}, ${when(one.at)}.`),
    el("div", { class: "sides" },
      el("div", {}, el("div", { class: "soft" }, "Shown on both sides"), text(one.winner)),
      el("div", {}, el("div", { class: "soft" }, `${other}, kept`), text(one.loser))),
    el("p", { class: "row" },
      act("Keep what is shown", take("shown"), { "data-key": `keep-${one.number}` }),
      act("Take the other", take("other"), { "data-key": `take-${one.number}` })));
}

function hold(one, again) {
  const approve = async () => {
    const { approved } = await post("/approve", { keys: [one.id] });
    say(approved.length ? "It goes ahead." : "Nothing of that waits any more.");
    again();
  };
  return el("section", { class: "card", "aria-label": `Held: ${one.title ?? one.id}` },
    el("p", {}, el("strong", {}, one.title ?? one.id)),
    el("p", {}, one.reason),
    el("p", { class: "soft" }, `since ${when(one.since)}`, one.until ? `, goes ahead ${when(one.until)}` : ""),
    one.approvable && el("p", { class: "row" }, act("Let it go ahead", approve, { "data-key": `approve-${one.key}` })));
}

function refused(one, again) {
  const wanted = Object.entries(one.wanted ?? {}).map(([name, value]) => el("li", {}, `${name}: ${text(value)}`));
  return el("section", { class: "card", "aria-label": `Refused: ${one.title ?? one.id}` },
    el("p", {}, el("strong", {}, one.title ?? one.id), ` (${one.what})`),
    el("p", {}, one.reason),
    wanted.length > 0 && el("ul", {}, wanted),
    el("p", { class: "row" },
      act("Try again", async () => { await post(`/parked/${one.number}/retry`); again(); },
        { "data-key": `retry-${one.number}` }),
      act("Give it up", async () => {
        if (!confirm(`Give up this change of “${one.title ?? one.id}”?`)) return;
        await post(`/parked/${one.number}/drop`);
        again();
      }, { "data-key": `drop-${one.number}` })));
}

function text(value) {
  if (value === null || value === undefined || value === "") return "nothing";
  return value === true ? "yes" : value === false ? "no" : String(value);
}
