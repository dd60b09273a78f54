// Keeps a page fresh: asks for it again and replaces only the parts that changed.

const EVERY_MS = 5000;
const PATIENCE_MS = 15000;
const CONTROLS = "a, button, input";

// What the keyboard is on stays there when its part is replaced.
function replace(was, now) {
  const at = [...was.querySelectorAll(CONTROLS)].indexOf(document.activeElement);
  was.replaceWith(now);
  if (at >= 0) now.querySelectorAll(CONTROLS)[at]?.focus({ preventScroll: true });
}

function isSelected(part) {
  const selection = getSelection();
  return !selection.isCollapsed && selection.containsNode(part, true);
}

function show(page) {
  document.title = page.title;
  document.getElementById("old").textContent = page.getElementById("old").textContent;
  for (const now of page.querySelectorAll("[data-part]")) {
    const was = document.querySelector(`[data-part="${now.dataset.part}"]`);
    if (was && was.outerHTML !== now.outerHTML && !isSelected(was)) replace(was, document.adoptNode(now));
  }
}

async function refresh() {
  const answer = await fetch(location.href, { signal: AbortSignal.timeout(PATIENCE_MS) });
  if (answer.status >= 500) throw new Error(answer.statusText);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  // Signed out, or what this page is about is gone: the whole answer says so.
  if (!answer.ok || !page.getElementById("old")) return location.reload();
  show(page);
}

async function keep() {
  if (!document.hidden) {
    const failed = await refresh().then(() => false, () => true);
    document.getElementById("old").hidden = !failed;
  }
  setTimeout(keep, EVERY_MS);
}

setTimeout(keep, EVERY_MS);
