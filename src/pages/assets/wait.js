// Asks for the session's state until it is known, then lets the server say where to go.
const started = Date.now();
let pause = 100;

async function ask() {
  let state;
  try {
    const answer = await fetch('/session', { headers: { accept: 'application/json' }, cache: 'no-store' });
    state = (await answer.json()).state;
  } catch {
    // The network is away for a moment: ask again.
  }
  // Without a state it was no answer, an outage's 503 say: the session is still there.
  const known = state !== undefined;
  if (known && state !== 'pending') {
    location.replace('/login/wait');
    return;
  }
  if (Date.now() - started > 15_000) {
    document.getElementById('long').hidden = false;
    const status = document.getElementById('status');
    status.textContent = status.dataset.long;
  }
  pause = known ? Math.min(pause * 1.3, 3_000) : Math.min(pause * 2, 10_000);
  setTimeout(ask, pause);
}

setTimeout(ask, pause);
