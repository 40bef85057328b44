// Asks for the state of the setup while the page is visible, and replaces the steps that changed.
const steps = document.getElementById('steps');
const updated = document.getElementById('updated');
let { state } = steps.dataset;
let pause = 4_000;

async function ask() {
  const body = new URLSearchParams({ csrf: steps.dataset.csrf });
  const answer = await fetch('/setup/refresh', { method: 'POST', body });
  if (answer.status === 429) {
    pause = 60_000;
    return;
  }
  if (answer.status >= 400 && answer.status < 500) {
    // The link is over: the page says so.
    location.assign('/setup');
    return;
  }
  if (!answer.ok) return;
  const next = (await answer.json()).state;
  if (next !== state && (await renew())) state = next;
}

// False while a form is being filled in: its step is replaced later.
async function renew() {
  const answer = await fetch('/setup', { headers: { accept: 'text/html' } });
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  if (!answer.ok || !page.getElementById('steps')) {
    location.assign('/setup');
    return false;
  }
  let complete = true;
  let changed = false;
  for (const step of [...steps.children]) {
    const fresh = page.getElementById(step.id);
    if (!fresh || same(fresh, step)) continue;
    const focused = step.contains(document.activeElement) ? document.activeElement : null;
    const filled = [...step.querySelectorAll('input:not([type=hidden])')].some((input) => input.value !== '');
    if (filled || focused?.localName === 'input') {
      complete = false;
      continue;
    }
    for (const button of fresh.querySelectorAll('button[data-copy]')) button.hidden = !navigator.clipboard;
    step.replaceWith(document.adoptNode(fresh));
    if (focused) refocus(fresh, focused);
    changed = true;
  }
  if (changed) updated.textContent = updated.dataset.updated;
  return complete;
}

// Where the keyboard was: on the same copy button, else at the heading of the step.
function refocus(step, { dataset }) {
  const again = dataset.copy && step.querySelector(`[data-copy="${dataset.copy}"]`);
  const target = again || step.querySelector('h2');
  if (!again) target.tabIndex = -1;
  target.focus();
}

function same(fresh, step) {
  // The address of the test is sealed afresh for each page; the buttons are shown by a script.
  const plain = (node) => node.outerHTML.replace(/ hidden=""/g, '').replace(/test=[^"]*/g, '');
  return plain(fresh) === plain(step);
}

async function refresh() {
  if (document.visibilityState === 'visible') {
    try {
      await ask();
    } catch {
      // The network is away for a moment: ask again.
    }
  }
  // Ten minutes without a change: DNS takes its time.
  pause = Math.min(pause * 1.02, 30_000);
  setTimeout(refresh, pause);
}

setTimeout(refresh, pause);
