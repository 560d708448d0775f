// Speaks with the daemon: the token goes with each request and is kept until the tab is closed.

const KEPT = "remindersd-token";

export class Failure extends Error {
  constructor(code, message, hint, status) {
    super(message);
    Object.assign(this, { code, hint, status });
  }
}

// A link with #token=... brings it; it is not sent anywhere, and goes from the address at once.
export function adoptToken() {
  const found = /^#token=([\w-]+)$/.exec(location.hash);
  if (!found) return;
  keepToken(found[1]);
  history.replaceState(null, "", location.pathname);
}

export function keepToken(token) {
  sessionStorage.setItem(KEPT, token);
}

export const get = (path) => asked("GET", path);
export const post = (path, body = {}) => asked("POST", path, body);
export const patch = (path, body) => asked("PATCH", path, body);
export const remove = (path) => asked("DELETE", path);

async function asked(method, path, body) {
  const answer = await sent(method, path, body);
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  const error = said.error ?? {};
  throw new Failure(error.code ?? "error", error.message ?? answer.statusText, error.hint ?? "", answer.status);
}

export async function blob(path) {
  const answer = await sent("GET", path);
  if (!answer.ok) throw new Failure("error", answer.statusText, "", answer.status);
  return answer.blob();
}

async function sent(method, path, body) {
  const headers = { Authorization: `Token ${sessionStorage.getItem(KEPT) ?? ""}` };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET") headers["Idempotency-Key"] = crypto.randomUUID();
  const content = body === undefined ? undefined : JSON.stringify(body);
  try {
    return await fetch(path, { method, headers, body: content, cache: "no-store" });
  } catch {
    throw new Failure("gone", "remindersd does not answer", "is it running?", 0);
  }
}

// Hears what happens while the page is in sight. A browser has six connections for one address:
// pages that nobody looks at, or has gone back from, would keep them all.
export async function listen(hear, lost) {
  for (;;) {
    await inSight();
    const left = new AbortController();
    const leave = () => { if (document.hidden) left.abort(); };
    const go = () => left.abort();
    document.addEventListener("visibilitychange", leave);
    addEventListener("pagehide", go);
    try {
      await heard(hear, left.signal);
    } catch (error) {
      if (!left.signal.aborted) {
        lost(error);
        if (error.status === 401) return;
        await new Promise((later) => setTimeout(later, 2000));
      }
    } finally {
      document.removeEventListener("visibilitychange", leave);
      removeEventListener("pagehide", go);
    }
  }
}

function inSight() {
  if (!document.hidden) return Promise.resolve();
  return new Promise((seen) => {
    document.addEventListener("visibilitychange", seen, { once: true });
  }).then(inSight);
}

// An EventSource could not send the token.
async function heard(hear, signal) {
  const headers = {
    Accept: "text/event-stream",
    Authorization: `Token ${sessionStorage.getItem(KEPT) ?? ""}`,
  };
  const answer = await fetch("/events", { headers, signal, cache: "no-store" });
  if (!answer.ok) throw new Failure("error", answer.statusText, "", answer.status);
  hear(); // whatever happened before
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Failure("gone", "remindersd does not answer", "is it running?", 0);
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    if (blocks.some((block) => /^event: /m.test(block))) hear();
  }
}
