// The photos as thumbnails, each fetched when it comes into view.

import { blob, get } from "./api.js";
import { act, el, when } from "./dom.js";

const kept = new Map();
let seen = null;

export async function draw() {
  seen?.disconnect();
  seen = new IntersectionObserver(come, { rootMargin: "200px" });
  const grid = el("div", { class: "photos" });
  const more = el("p", { class: "row" });
  const page = await get("/photos");
  fill(grid, more, page);
  return [el("h1", {}, `Photos (${page.total})`),
    page.total === 0 && el("p", { class: "soft" }, "None is known yet: photos are polled by polls.photos in the config."),
    grid, more].filter(Boolean);
}

function fill(grid, more, page) {
  for (const photo of page.photos) {
    const frame = el("div", { class: "frame", "data-photo": photo.id, "data-name": photo.filename ?? "photo" });
    grid.append(el("figure", {}, frame,
      el("figcaption", {}, photo.filename ?? photo.id, el("br"), when(photo.created))));
    seen.observe(frame);
  }
  more.replaceChildren();
  if (page.next) {
    more.append(act("More", async () => { fill(grid, more, await get(`/photos?after=${encodeURIComponent(page.next)}`)); }));
  }
}

function come(entries) {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    picture(target).catch(() => { target.textContent = "no thumbnail"; });
  }
}

async function picture(frame) {
  const id = frame.dataset.photo;
  if (!kept.has(id)) kept.set(id, URL.createObjectURL(await blob(`/photos/${id}/thumbnail`)));
  frame.replaceChildren(el("img", { src: kept.get(id), alt: frame.dataset.name }));
}
