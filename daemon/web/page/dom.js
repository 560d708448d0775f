// Makes elements, never from text that is parsed: what people write is shown and not run.

export function el(tag, given = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked") made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export function svg(tag, given = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(given)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// Puts other content into a place; who was at something with a key there is at it again.
export function show(place, ...children) {
  const key = place.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  place.replaceChildren(...children.flat());
  if (key) place.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

let silence;

export function say(text) {
  const place = document.getElementById("said");
  place.textContent = text;
  clearTimeout(silence);
  silence = setTimeout(() => { place.textContent = ""; }, 9000);
}

// A button that does one thing at a time, and says how it failed.
export function act(label, work, given = {}) {
  const button = el("button", { type: "button", "data-key": label, ...given }, label);
  button.addEventListener("click", () => tried(work, button));
  return button;
}

export async function tried(work, button = null) {
  if (button) button.disabled = true;
  try {
    return await work();
  } catch (error) {
    say(told(error));
    return undefined;
  } finally {
    if (button) button.disabled = false;
  }
}

export function told(error) {
  return error.hint ? `${error.message} (${error.hint})` : error.message;
}

export function when(text) {
  if (!text) return "";
  if (/^\d{4}-\d\d-\d\d$/.test(text)) {
    return new Date(`${text}T12:00`).toLocaleDateString([], { dateStyle: "medium" });
  }
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? text : at.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
}
