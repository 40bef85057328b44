import { readFile } from 'node:fs/promises';
import t, { type Test } from 'tap';
import { linkResult, OUTCOMES, REASONS } from '../../src/events/link-result.ts';
import { decide, POLICY_VERSION } from '../../src/policy/decide.ts';
import type { Decision } from '../../src/policy/policy-types.ts';
import {
  account,
  candidate,
  company,
  EMAIL,
  identity,
  linkedTo,
  login,
  OURS,
  THEIRS,
} from './policy-facts.ts';

function decided(t: Test, actual: Decision, row: number, expected: string, userId: string | null = null) {
  const { outcome, reason, evidence } = actual;
  t.equal(reason === null ? outcome : `${outcome} ${reason}`, expected, `row ${row}: ${expected}`);
  t.equal(evidence.rule, row, `decided by row ${row}`);
  t.equal(actual.userId, userId, `signs in as ${userId}`);
  t.doesNotThrow(() => linkResult.create(metadata, { ...event, ...toResult(actual) }), 'fits its event');
}

const id = '00000000-0000-7000-8000-0000000000ff';
const metadata = { id, source: 'urn:sso-link:test', time: new Date(0), subject: id };
const event = {
  login_id: id,
  sso_identity_id: id,
  company_id: id,
  policy_version: POLICY_VERSION,
  decided_at: new Date(0).toISOString(),
};
const toResult = ({ userId, ...rest }: Decision) => ({ ...rest, user_id: userId });

t.test('row 1: nobody comes in by a company or an SSO client that is no longer active', async (t) => {
  for (const off of [{ active: false }, { clientActive: false }]) {
    decided(t, decide(login(), identity(), [candidate()], company(off)), 1, 'refused sso_disabled');
    decided(t, decide(login(), linkedTo(), [], company(off)), 1, 'refused sso_disabled');
  }
});

t.test('row 17, after row 1: the directory keeps a person out, linked or not', async (t) => {
  const blocked = { directoryInactive: true };
  decided(t, decide(login(), { ...linkedTo(), ...blocked }, [], company()), 17, 'refused directory_inactive');
  decided(t, decide(login(), identity(blocked), [candidate()], company()), 17, 'refused directory_inactive');
  const suspended = { ...linkedTo({ status: 'suspended' }), ...blocked };
  decided(t, decide(login(), suspended, [], company()), 17, 'refused directory_inactive');
  const off = company({ active: false });
  decided(t, decide(login(), identity(blocked), [], off), 1, 'refused sso_disabled');
  t.equal(decide(login(), identity(blocked), [candidate()], company()).evidence.candidates, null);
});

t.test('row 2: a linked user who is suspended or deleted stays out', async (t) => {
  for (const status of ['suspended', 'deleted'] as const) {
    decided(t, decide(login(), linkedTo({ status }), [], company()), 2, 'refused user_suspended');
  }
  const moved = linkedTo({ status: 'suspended', companyId: THEIRS });
  decided(t, decide(login(), moved, [], company()), 2, 'refused user_suspended');
});

t.test('row 3: a link holds no longer where the user is now another company’s', async (t) => {
  decided(t, decide(login(), linkedTo({ companyId: THEIRS }), [], company()), 3, 'refused other_company');
});

t.test('row 4: a linked person comes back to the same user, whatever the email says by now', async (t) => {
  for (const email of [EMAIL, 'ada@elsewhere.example', 'not an email', null]) {
    for (const emailVerified of [true, false]) {
      const decision = decide(
        login({ email, emailVerified }),
        linkedTo(),
        [],
        company({ domainProof: null }),
      );
      decided(t, decision, 4, 'already_linked', 'ada');
    }
  }
  const other = candidate({ userId: 'bob', companyId: OURS });
  decided(t, decide(login(), linkedTo(), [other], company()), 4, 'already_linked', 'ada');
  decided(t, decide(login(), linkedTo({ companyId: null }), [], company()), 4, 'already_linked', 'ada');
});

t.test('row 4: a link that an operator made after a removal counts', async (t) => {
  const relinked = { ...linkedTo(), linkRemoved: true };
  decided(t, decide(login(), relinked, [], company()), 4, 'already_linked', 'ada');
});

t.test('row 5: a removed link isn’t made again by the next login', async (t) => {
  const removed = identity({ linkRemoved: true });
  decided(
    t,
    decide(login(), removed, [candidate({ companyId: OURS })], company()),
    5,
    'refused link_removed',
  );
  decided(t, decide(login({ email: null }), removed, [], company()), 5, 'refused link_removed');
});

t.test('row 6: an email that is missing, or that cannot be compared safely', async (t) => {
  for (const email of [null, '', '  ', 'ada', 'ada@acme.example,eve@evil.example', 'a@b@acme.example']) {
    decided(t, decide(login({ email }), identity(), [candidate()], company()), 6, 'refused email_missing');
  }
});

t.test('row 7: only true and "true" say that the email is verified', async (t) => {
  for (const emailVerified of [false, 'false', undefined, null, 1, 'yes', 'TRUE', {}]) {
    const decision = decide(login({ emailVerified }), identity(), [candidate()], company());
    decided(t, decision, 7, 'refused email_unverified');
    t.equal(decision.evidence.provider_email_verified, false);
  }
  decided(
    t,
    decide(login({ emailVerified: 'true' }), identity(), [candidate()], company()),
    13,
    'linked',
    'ada',
  );
});

t.test('row 8: the domain has to be proven for this company, to the letter', async (t) => {
  const proof = { domain: 'acme.example', companyId: OURS, verifiedBy: 'operator:eve' };
  for (const domainProof of [
    null,
    { ...proof, companyId: THEIRS },
    { ...proof, domain: 'example' },
    { ...proof, domain: 'mail.acme.example' },
  ]) {
    const decision = decide(login(), identity(), [candidate({ companyId: OURS })], company({ domainProof }));
    decided(t, decision, 8, 'refused domain_not_owned');
    t.equal(decision.evidence.domain_verified_by, null);
  }
});

t.test('row 9: a user of the company who has another identity there isn’t taken over', async (t) => {
  const taken = candidate({ companyId: OURS, identityId: id });
  decided(t, decide(login(), identity(), [taken], company()), 9, 'refused identity_replaced');
  const second = candidate({ userId: 'bob', companyId: OURS });
  decided(t, decide(login(), identity(), [second, taken], company()), 9, 'refused identity_replaced');
  const byEmailOfIdentity = { ...taken, accounts: [], viaIdentity: true };
  decided(t, decide(login(), identity(), [byEmailOfIdentity], company()), 9, 'refused identity_replaced');
  const { evidence } = decide(login(), identity(), [second, taken], company());
  t.equal(evidence.candidates, 2, 'the first row that says how many candidates there were');
});

t.test('row 9: a linked user of no company belongs to the company where it is linked', async (t) => {
  const taken = candidate({ companyId: null, identityId: id });
  decided(t, decide(login(), identity(), [taken], company()), 9, 'refused identity_replaced');
});

t.test('row 10: the company’s own user is preferred, and linked unless suspended', async (t) => {
  const ours = candidate({ companyId: OURS });
  const others = [candidate({ userId: 'bob' }), candidate({ userId: 'eve', companyId: THEIRS })];
  decided(t, decide(login(), identity(), [ours], company()), 10, 'linked', 'ada');
  decided(t, decide(login(), identity(), [...others, ours], company()), 10, 'linked', 'ada');
  const suspended = candidate({ companyId: OURS, status: 'suspended' });
  decided(t, decide(login(), identity(), [suspended, ...others], company()), 10, 'refused user_suspended');
});

t.test('row 10: the user that was created for that email, whose link was removed and approved', async (t) => {
  const created = candidate({ companyId: OURS, accounts: [], viaIdentity: true });
  decided(t, decide(login(), identity(), [created], company()), 10, 'linked', 'ada');
});

t.test('row 11: several users may be the person, so nobody is chosen', async (t) => {
  const [ada, bob] = [candidate(), candidate({ userId: 'bob' })];
  decided(t, decide(login(), identity(), [ada, bob], company()), 11, 'ambiguous');
  const ours = [candidate({ companyId: OURS }), candidate({ userId: 'bob', companyId: OURS })];
  decided(t, decide(login(), identity(), ours, company()), 11, 'ambiguous');
  const theirs = candidate({ userId: 'bob', companyId: THEIRS });
  decided(t, decide(login(), identity(), [ada, theirs], company()), 11, 'ambiguous');
});

t.test('row 12: another company’s user is never linked', async (t) => {
  const theirs = candidate({ companyId: THEIRS });
  decided(t, decide(login(), identity(), [theirs], company()), 12, 'refused other_company');
  const suspended = candidate({ companyId: THEIRS, status: 'suspended' });
  decided(t, decide(login(), identity(), [suspended], company()), 12, 'refused other_company');
});

t.test(
  'row 12: another company’s user is that company’s, although an identity of ours is linked to it',
  async (t) => {
    const stray = candidate({ companyId: THEIRS, identityId: id });
    decided(t, decide(login(), identity(), [stray], company()), 12, 'refused other_company');
  },
);

t.test('row 12: another company’s user isn’t a candidate by an identity', async (t) => {
  const theirs = candidate({ companyId: THEIRS, accounts: [], viaIdentity: true });
  decided(t, decide(login(), identity(), [theirs], company()), 14, 'user_created');
});

t.test('row 13: a user of no company is linked, unless suspended', async (t) => {
  decided(t, decide(login(), identity(), [candidate()], company()), 13, 'linked', 'ada');
  const suspended = candidate({ status: 'suspended' });
  decided(t, decide(login(), identity(), [suspended], company()), 13, 'refused user_suspended');
});

t.test('row 13: emails are compared normalized, and no further', async (t) => {
  const spelled = decide(login({ email: ' Ada@ACME.example. ' }), identity(), [candidate()], company());
  decided(t, spelled, 13, 'linked', 'ada');
  const tagged = decide(login({ email: 'ada+x@acme.example' }), identity(), [candidate()], company());
  decided(t, tagged, 14, 'user_created');
});

t.test('row 14: a new person becomes a user, where the company creates users', async (t) => {
  decided(t, decide(login(), identity(), [], company()), 14, 'user_created');
});

t.test('row 14: a stranger’s unverified account locks nobody out', async (t) => {
  const stranger = candidate({ userId: 'eve', accounts: [account({ verified: false })] });
  const decision = decide(login(), identity(), [stranger], company());
  decided(t, decision, 14, 'user_created');
  t.same(decision.matched, []);
  t.equal(decision.evidence.candidates, 0);
});

t.test('row 14: a deleted user is nobody', async (t) => {
  const deleted = candidate({ companyId: OURS, status: 'deleted', identityId: id });
  decided(t, decide(login(), identity(), [deleted], company()), 14, 'user_created');
});

t.test('row 15: only unverified social accounts have that email', async (t) => {
  const closed = company({ createsUsers: false });
  const stranger = candidate({ accounts: [account({ verified: false })] });
  decided(t, decide(login(), identity(), [stranger], closed), 15, 'refused social_email_unverified');
  const deleted = { ...stranger, status: 'deleted' as const };
  decided(t, decide(login(), identity(), [deleted], closed), 16, 'no_match');
  const otherEmail = candidate({ accounts: [account({ verified: false, email: 'bob@acme.example' })] });
  decided(t, decide(login(), identity(), [otherEmail], closed), 16, 'no_match');
  const both = candidate({ accounts: [...otherEmail.accounts, account({ verified: false })] });
  decided(t, decide(login(), identity(), [both], closed), 15, 'refused social_email_unverified');
  decided(t, decide(login(), identity(), [candidate({ accounts: [] })], closed), 16, 'no_match');
});

t.test('row 16: nobody has that email, and the company creates no users', async (t) => {
  decided(t, decide(login(), identity(), [], company({ createsUsers: false })), 16, 'no_match');
});

t.test('the evidence says which proof, which flags and how many candidates', async (t) => {
  t.same(decide(login(), identity(), [candidate()], company()).evidence, {
    rule: 13,
    email_domain: 'acme.example',
    domain_verified_by: 'operator:eve',
    provider_email_verified: true,
    candidates: 1,
    company_active: true,
    sso_client_active: true,
  });
  t.equal(decide(login(), linkedTo(), [candidate()], company()).evidence.candidates, null, 'not looked at');
});

t.test('matched names the verified accounts: the linked user’s, or all of those that could be', async (t) => {
  const a = (n: number, verified = true) =>
    account({ socialAccountId: id.replace(/ff$/, `0${n}`), provider: `p${n}`, verified });
  const ada = candidate({ companyId: OURS, accounts: [a(3), a(1), a(4, false)] });
  const bob = candidate({ userId: 'bob', accounts: [a(2)] });
  const names = (d: Decision) => d.matched.map((m) => m.provider);
  t.same(names(decide(login(), identity(), [bob, ada], company())), ['p1', 'p3'], 'linked');
  const ambiguous = decide(login(), identity(), [bob, { ...ada, companyId: null }], company());
  t.same(names(ambiguous), ['p1', 'p2', 'p3'], 'ambiguous');
});

t.test('the operator’s page tells of every outcome and reason', async (t) => {
  const page = await readFile(new URL('../../docs/linking-policy.md', import.meta.url), 'utf8');
  const advice = page.slice(page.indexOf('## What happened'), page.indexOf('## What always holds'));
  const results = [...OUTCOMES.filter((outcome) => outcome !== 'refused'), ...REASONS];
  for (const result of results) t.match(advice, `| \`${result}\` |`);
});
