// What was done, run by run, each with a way back.

import { get, post } from "./api.js";
import { act, el, say, when } from "./dom.js";

export async function draw(rest, again) {
  return rest ? one(rest, again) : all();
}

async function all() {
  const { runs } = await get("/runs?limit=100");
  const rows = runs.map((run) => el("tr", {},
    el("td", {}, el("a", { href: `#runs/${run.id}`, "data-key": `run-${run.id}` }, `${run.id}`)),
    el("td", {}, when(run.started)),
    el("td", {}, run.kind),
    el("td", {}, summary(run))));
  return [
    el("h1", {}, "Runs"),
    runs.length === 0 ? el("p", { class: "soft" }, "Nothing was done yet.")
      : el("table", {}, el("thead", {}, el("tr", {}, ...["Run", "When", "Why", "What"].map((name) =>
        el("th", { scope: "col" }, name)))), el("tbody", {}, rows)),
  ];
}

async function one(number, again) {
  const { run, changes } = await get(`/runs/${encodeURIComponent(number)}`);
  const rows = changes.map((change) => el("tr", {},
    el("td", {}, change.title ?? change.id),
    el("td", {}, change.field),
    el("td", {}, text(change.before)),
    el("td", {}, text(change.after)),
    el("td", {}, change.side)));
  const undo = act("Take this run back", async () => {
    if (!confirm(`Take run ${run.id} back, in iCloud and in the files?`)) return;
    await post("/undo", { run: run.id });
    say("It is taken back, by a run of its own.");
    location.hash = "#runs";
    again();
  });
  return [
    el("h1", {}, `Run ${run.id}`),
    el("p", {}, el("a", { href: "#runs" }, "All runs")),
    el("p", { class: "soft" }, [when(run.started), run.kind, summary(run)].filter(Boolean).join(" · ")),
    el("table", {}, el("thead", {}, el("tr", {}, ...["What", "Field", "Before", "After", "Where"].map((name) =>
      el("th", { scope: "col" }, name)))), el("tbody", {}, rows)),
    el("p", { class: "row" }, undo),
  ];
}

function summary(run) {
  const counts = Object.entries(run.counts).filter(([, count]) => count).map(([name, count]) => `${name}: ${count}`);
  return [run.result ?? "cut short", ...counts].join(", ");
}

function text(value) {
  return value === null || value === undefined ? "" : String(value);
}
