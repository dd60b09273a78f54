// Keeps a page fresh: asks for it again and replaces only the parts that changed.

const EVERY_MS = 5000;
const PATIENCE_MS = 15000;
const CONTROLS = "a, button, input";

let leaving = false;
addEventListener("pagehide", () => (leaving = true));
addEventListener("pageshow", () => (leaving = false));

// What makes a control the same one on the next picture of its part: where it leads and what it says.
function keyOf(control) {
  const form = control.form;
  return [control.getAttribute("href"), form?.getAttribute("action"), form?.elements.namedItem("name")?.value, control.textContent].join("|");
}

// The keyboard and a sideways scroll stay where they are.
function replace(was, now) {
  const key = was.contains(document.activeElement) ? keyOf(document.activeElement) : null;
  const scrolled = [...was.querySelectorAll(".sheet")].map((sheet) => sheet.scrollLeft);
  was.replaceWith(now);
  now.querySelectorAll(".sheet").forEach((sheet, at) => (sheet.scrollLeft = scrolled[at] ?? 0));
  if (key !== null) [...now.querySelectorAll(CONTROLS)].find((control) => keyOf(control) === key)?.focus({ preventScroll: true });
}

// A part that somebody selects text in, or presses a button of, waits for the next time.
function isInUse(part) {
  const selection = getSelection();
  return part.matches(":active") || (!selection.isCollapsed && selection.containsNode(part, true));
}

function show(page) {
  document.title = page.title;
  document.getElementById("old").dataset.said = page.getElementById("old").dataset.said;
  for (const now of page.querySelectorAll("[data-part]")) {
    const was = document.querySelector(`[data-part="${now.dataset.part}"]`);
    if (was && was.outerHTML !== now.outerHTML && !isInUse(was)) replace(was, document.adoptNode(now));
  }
}

// The page as it is now; nothing when radard did not answer, or not with a page.
async function fetchPage() {
  try {
    const answer = await fetch(location.href, { signal: AbortSignal.timeout(PATIENCE_MS) });
    return answer.status < 500 ? { isPage: answer.ok, text: await answer.text() } : null;
  } catch {
    return null;
  }
}

async function refresh() {
  const fetched = await fetchPage();
  if (leaving) return;
  const old = document.getElementById("old");
  old.textContent = fetched ? "" : old.dataset.said;
  if (!fetched) return;
  const page = new DOMParser().parseFromString(fetched.text, "text/html");
  // Signed out, or what this page is about is gone: the whole answer says so.
  if (!fetched.isPage || !page.getElementById("old")) return location.reload();
  // Half an answer has no foot.
  if (page.querySelector("footer")) show(page);
  else old.textContent = old.dataset.said;
}

async function keep() {
  if (!document.hidden) await refresh();
  setTimeout(keep, EVERY_MS);
}

setTimeout(keep, EVERY_MS);
