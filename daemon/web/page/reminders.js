// The lists, and the reminders of one of them, to tick, to add and to change.

import { get, patch, post, remove } from "./api.js";
import { act, el, say, tried, when } from "./dom.js";

const TODAY = "today";
const PRIORITIES = { "": "none", low: "low", medium: "medium", high: "high" };
let shown = TODAY;
let withDone = false;

export async function draw(rest, again) {
  shown = rest || shown;
  const { lists } = await get("/lists");
  const home = lists.find((one) => one.id === shown);
  if (!home) shown = TODAY;
  const { reminders } = await get(home ? `/reminders?list=${encodeURIComponent(home.name)}` : "/today");
  return [
    el("h1", {}, home ? home.name : "Today"),
    el("div", { class: "two" },
      el("section", { "aria-label": "Lists" }, choices(lists)),
      el("section", { "aria-label": "Reminders" },
        home?.read_only ? el("p", { class: "soft" }, "This list can only be read.") : adding(home, again),
        tasks(reminders, home, lists, again))),
  ];
}

function choices(lists) {
  const link = (id, name, count) => el("li", {}, el("a", {
    href: `#reminders/${id}`, "data-key": `list-${id}`, "aria-current": id === shown ? "true" : null,
  }, el("span", {}, name), el("span", { class: "soft" }, count)));
  return el("ul", { class: "plain lists" }, link(TODAY, "Today", ""),
    lists.filter((one) => one.kept).map((one) => link(one.id, one.group ? `${one.group} / ${one.name}` : one.name, `${one.open}`)));
}

function adding(home, again) {
  const field = el("input", {
    "aria-label": "New reminder", placeholder: home ? `Add to ${home.name}` : "call mum tomorrow 9am #family",
    "data-key": "add", required: true,
  });
  const button = el("button", { class: "main" }, "Add");
  return el("form", { class: "add", onsubmit: (event) => {
    event.preventDefault();
    tried(async () => {
      await post("/reminders", { text: field.value, ...(home ? { list: home.name } : {}) });
      field.value = "";
      again();
    }, button);
  } }, field, button);
}

function tasks(reminders, home, lists, again) {
  const open = reminders.filter((one) => !one.done);
  const done = reminders.filter((one) => one.done);
  const toggle = done.length > 0 && el("p", { class: "row" }, act(
    withDone ? "Hide what is done" : `Show what is done (${done.length})`,
    async () => { withDone = !withDone; again(); }, { "data-key": "done" }));
  const found = [...open, ...(withDone ? done : [])];
  return el("div", {},
    found.length ? el("ul", { class: "plain" }, found.map((one) => task(one, home, lists, again)))
      : el("p", { class: "soft" }, "Nothing here."),
    toggle);
}

function task(one, home, lists, again) {
  const tick = el("input", {
    type: "checkbox", checked: one.done, "aria-label": `Done: ${one.title}`, "data-key": `tick-${one.id}`,
    onchange: () => tried(async () => {
      try {
        await patch(`/reminders/${one.id}`, { done: tick.checked });
      } catch (error) {
        tick.checked = one.done;
        throw error;
      }
      again();
    }),
  });
  const time = one.shown ?? one.due; // the time that a phone shows
  const late = time && !one.done && new Date(time.length > 10 ? time : `${time}T23:59`) < new Date();
  const marks = [one.flagged && "flagged", one.priority && one.priority !== "none" && `priority ${one.priority}`,
    one.repeat, !home && one.list, home && one.section, ...one.tags.map((tag) => `#${tag}`)].filter(Boolean).join(" · ");
  return el("li", { class: ["task", one.done && "done", one.parent && "sub"].filter(Boolean).join(" ") },
    tick,
    el("div", { class: "text" },
      el("span", { class: "title" }, one.title),
      time && el("span", { class: late ? "more late" : "more" }, when(time)),
      marks && el("span", { class: "more" }, marks),
      one.notes && el("span", { class: "more" }, one.notes),
      one.urls.map((url) => el("a", { class: "more", href: safe(url), rel: "noreferrer noopener", target: "_blank" }, url))),
    act("Edit", async () => edit(one, lists, again), { "data-key": `edit-${one.id}`, "aria-label": `Edit ${one.title}` }));
}

function edit(one, lists, again) {
  const due = local(one.due);
  const fields = {
    title: el("input", { id: "e-title", value: one.title, required: true }),
    notes: el("textarea", { id: "e-notes", rows: 3, value: one.notes ?? "" }),
    day: el("input", { id: "e-day", type: "date", value: due.slice(0, 10) }),
    time: el("input", { id: "e-time", type: "time", value: due.length > 10 ? due.slice(11, 16) : "" }),
    priority: el("select", { id: "e-priority" }, Object.entries(PRIORITIES).map(([value, name]) => el("option", { value }, name))),
    list: el("select", { id: "e-list" }, lists.filter((list) => list.kept && !list.read_only).map((list) => el("option", {}, list.name))),
    flagged: el("input", { id: "e-flagged", type: "checkbox", checked: one.flagged }),
    tags: el("input", { id: "e-tags", value: one.tags.join(", ") }),
  };
  fields.priority.value = one.priority === "none" ? "" : (one.priority ?? "");
  fields.list.value = one.list;
  const names = { title: "Title", notes: "Notes", day: "Day", time: "Time", priority: "Priority", list: "List", flagged: "Flagged", tags: "Tags" };
  const save = el("button", { class: "main" }, "Save");
  const box = el("dialog", { "aria-label": `Edit ${one.title}`, onclose: () => { box.remove(); again(); } },
    el("form", { onsubmit: (event) => {
      event.preventDefault();
      tried(async () => {
        const change = changed(one, fields);
        if (Object.keys(change).length) await patch(`/reminders/${one.id}`, change);
        box.close();
      }, save);
    } },
    el("div", { class: "fields" }, Object.entries(fields).flatMap(([name, field]) => [el("label", { for: field.id }, names[name]), field])),
    el("p", { class: "row" }, save,
      el("button", { type: "button", onclick: () => box.close() }, "Cancel"),
      act("Delete", async () => {
        if (!confirm(`Delete “${one.title}”?`)) return;
        await remove(`/reminders/${one.id}`);
        say(`Deleted “${one.title}”; the run that did it can be taken back.`);
        box.close();
      }))));
  document.body.append(box);
  box.showModal();
}

// Only a link that leads to a page: a reminder may hold any text.
function safe(url) {
  return /^https?:\/\//i.test(url) ? url : null;
}

function local(due) {
  return due ? due.slice(0, due.length > 10 ? 16 : 10) : "";
}

// What differs, and nothing else: a field that nobody touched is not written.
function changed(one, fields) {
  const due = fields.day.value ? fields.day.value + (fields.time.value ? `T${fields.time.value}` : "") : null;
  const was = local(one.due) || null;
  const tags = fields.tags.value.split(/[\s,#]+/).filter(Boolean);
  const change = {};
  if (fields.title.value !== one.title) change.title = fields.title.value;
  if (fields.notes.value !== (one.notes ?? "")) change.notes = fields.notes.value;
  if (due !== was) change.due = due;
  if ((fields.priority.value || "none") !== (one.priority || "none")) change.priority = fields.priority.value || "none";
  if (fields.list.value !== one.list) change.list = fields.list.value;
  if (fields.flagged.checked !== one.flagged) change.flagged = fields.flagged.checked;
  if (tags.join() !== one.tags.join()) change.tags = tags;
  return change;
}
