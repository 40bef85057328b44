import { createRequire } from 'node:module';

/** Providers that the list lacks: everybody may get an address there. */
const MORE = [
  'aleeas.com',
  'anonaddy.me',
  'disroot.org',
  'duck.com',
  'fastmail.com',
  'hey.com',
  'kakao.com',
  'keemail.me',
  'mailfence.com',
  'mozmail.com',
  'passinbox.com',
  'passmail.net',
  'posteo.de',
  'posteo.net',
  'privaterelay.appleid.com',
  'riseup.net',
  'skiff.com',
  'slmail.me',
  'startmail.com',
  'tuta.com',
  'tuta.io',
  'tutamail.com',
  'tutanota.com',
  'tutanota.de',
  'users.noreply.github.com',
  'zohomail.com',
];

/** Reserved for documentation (RFC 2606 §3): the list has one of them by mistake. */
const NOT_MAIL = ['example.com', 'example.net', 'example.org'];

let domains: ReadonlySet<string> | undefined;

/** Whether anybody can have an address there, so that no company may own the domain. */
export function isFreemail(domain: string): boolean {
  domains ??= load();
  return domains.has(domain);
}

/** Read at the first question: most commands ask none. */
function load(): ReadonlySet<string> {
  const listed = createRequire(import.meta.url)('email-providers/all.json') as string[];
  const all = new Set([...listed, ...MORE]);
  for (const domain of NOT_MAIL) all.delete(domain);
  return all;
}
