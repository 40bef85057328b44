// `helm test`: is each pod of each role ready, and does each server show its pages? Tries for a minute.
// node check-roles.mjs role=http://host:port …
import { lookup } from 'node:dns/promises';

const DEADLINE = Date.now() + 60_000;

async function get(url) {
  const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(5_000) });
  return { status: answer.status, body: await answer.text() };
}

const CHECKS = {
  'is ready': async (base) => {
    const { status, body } = await get(`${base}/readyz`);
    return status === 200 || `/readyz answered ${status}: ${body}`;
  },
  'tells metrics': async (base) => {
    const url = new URL(base);
    url.port = '9464';
    const { status, body } = await get(`${url.origin}/metrics`);
    return (status === 200 && body.includes('process_start_time_seconds')) || `/metrics answered ${status}`;
  },
};

const OF_THE_SERVER = {
  'shows the sign-in page': async (base) => {
    const { status, body } = await get(`${base}/login`);
    return (status === 200 && body.includes('<form')) || `/login answered ${status}`;
  },
  'publishes its keys': async (base) => {
    const { status, body } = await get(`${base}/.well-known/jwks.json`);
    return (status === 200 && JSON.parse(body).keys.length > 0) || `/.well-known/jwks.json answered ${status}: ${body}`;
  },
  'says that nobody is signed in': async (base) => {
    const { status, body } = await get(`${base}/session`);
    return (status === 401 && JSON.parse(body).state === 'none') || `/session answered ${status}: ${body}`;
  },
};

async function holds(check, base) {
  for (;;) {
    const answer = await inEachPod(check, base).catch((error) => `${error.message} (${error.cause?.code ?? error.name})`);
    if (answer === true || Date.now() > DEADLINE) return answer;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

// A headless Service has the address of each pod, ready or not. Looked up anew each time: pods come and go.
async function inEachPod(check, base) {
  const { hostname, port } = new URL(base);
  for (const { address, family } of await lookup(hostname, { all: true })) {
    const answer = await check(`http://${family === 6 ? `[${address}]` : address}:${port}`);
    if (answer !== true) return `${address}: ${answer}`;
  }
  return true;
}

for (const argument of process.argv.slice(2)) {
  const [role, base] = argument.split(/=(.*)/s);
  const checks = role === 'server' ? { ...CHECKS, ...OF_THE_SERVER } : CHECKS;
  for (const [name, check] of Object.entries(checks)) {
    const answer = await holds(check, base);
    console.log(answer === true ? `ok    ${role} ${name}` : `FAIL  ${role} ${name}: ${answer}`);
    if (answer !== true) process.exitCode = 1;
  }
}
