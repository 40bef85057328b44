import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { domainOf, normalizeEmail } from '../../src/email.ts';
import { decide } from '../../src/policy/decide.ts';
import type {
  Candidate,
  CompanyFacts,
  Decision,
  IdentityFacts,
  LoginFacts,
} from '../../src/policy/policy-types.ts';
import { OURS, THEIRS } from './policy-facts.ts';

// Few values, so that they meet, and spellings that only look alike; what leads to a link is more frequent.
const mostly = <T, U>(value: T, otherwise: fc.Arbitrary<U>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: otherwise });
const emails = ['ada@acme.example', 'bob@acme.example', 'ada@other.example'];
const lookAlikes = [
  'ADA@Acme.example',
  ' ada@acme.example.',
  'аda@acme.example',
  'ada@acme.example,x@y.example',
];
const spelled = fc.oneof(fc.constantFrom(...emails, ...lookAlikes), fc.emailAddress(), fc.string());
const companyId = fc.constantFrom(OURS, THEIRS, null);
const status = mostly('active' as const, fc.constantFrom('suspended' as const, 'deleted' as const));
const login: fc.Arbitrary<LoginFacts> = fc.record({
  email: mostly('ada@acme.example', fc.option(spelled)),
  emailVerified: mostly(true, fc.oneof(fc.constantFrom('true', false, 'false', undefined), fc.anything())),
});
const identity: fc.Arbitrary<IdentityFacts> = fc.record({
  linked: mostly(null, fc.record({ userId: fc.constantFrom('u1', 'u2'), status, companyId })),
  linkRemoved: mostly(false, fc.boolean()),
  directoryInactive: mostly(false, fc.boolean()),
});
const account = fc.record({
  provider: fc.constantFrom('google', 'github'),
  socialAccountId: fc.uuid(),
  email: fc.constantFrom(...emails),
  verified: mostly(true, fc.boolean()),
});
const candidates: fc.Arbitrary<Candidate[]> = fc.uniqueArray(
  fc.record({
    userId: fc.constantFrom('u1', 'u2', 'u3', 'u4'),
    status,
    companyId,
    identityId: mostly(null, fc.uuid()),
    accounts: fc.array(account, { maxLength: 3 }),
    viaIdentity: mostly(false, fc.boolean()),
  }),
  { selector: (c) => c.userId, maxLength: 4 },
);
const domainProof = fc.record({
  domain: fc.constantFrom('acme.example', 'other.example'),
  companyId: mostly(OURS, fc.constant(THEIRS)),
  verifiedBy: fc.string(),
});
const company: fc.Arbitrary<CompanyFacts> = fc.record({
  id: fc.constant(OURS),
  active: mostly(true, fc.boolean()),
  clientActive: mostly(true, fc.boolean()),
  createsUsers: fc.boolean(),
  domainProof: mostly(
    { domain: 'acme.example', companyId: OURS, verifiedBy: 'operator:eve' },
    fc.option(domainProof),
  ),
});

const every = fc.tuple(login, identity, candidates, company);
type Input = [LoginFacts, IdentityFacts, Candidate[], CompanyFacts];

/** Holds for 5,000 inputs, of which it was put to the test by a good part. */
function holds(
  t: Test,
  concerns: Decision['outcome'][],
  property: (decision: Decision, input: Input) => boolean,
) {
  let concerned = 0;
  fc.assert(
    fc.property(every, (input) => {
      const decision = decide(...input);
      if (!concerns.includes(decision.outcome)) return true;
      concerned++;
      return property(decision, input);
    }),
    { numRuns: 5_000 },
  );
  t.ok(concerned > 100, `${concerned} of the inputs led to ${concerns.join(' or ')}`);
}

t.test('no input links across companies', async (t) => {
  holds(t, ['linked'], ({ userId }, [, , candidates]) => {
    const user = candidates.find((c) => c.userId === userId);
    return user?.status === 'active' && user.companyId !== THEIRS;
  });
});

t.test('no input lets anybody back in across companies', async (t) => {
  holds(t, ['already_linked'], ({ userId }, [, { linked }]) => {
    return linked?.userId === userId && linked.status === 'active' && linked.companyId !== THEIRS;
  });
});

t.test('whoever isn’t let in is nobody', async (t) => {
  holds(t, ['refused', 'ambiguous', 'no_match', 'user_created'], ({ userId }) => userId === null);
});

t.test('no input links or creates by an email outside the company’s proven domains', async (t) => {
  holds(t, ['linked', 'user_created'], (_, [login, , , { domainProof }]) => {
    const email = normalizeEmail(login.email);
    return email !== null && domainProof?.companyId === OURS && domainProof.domain === domainOf(email);
  });
});

t.test('no input links or creates by an email that JumpCloud doesn’t call verified', async (t) => {
  holds(t, ['linked', 'user_created'], (_, [{ emailVerified }]) => {
    return emailVerified === true || emailVerified === 'true';
  });
});

t.test('no input links a user by an email that no provider verified', async (t) => {
  holds(t, ['linked'], ({ userId }, [login, , candidates]) => {
    const user = candidates.find((c) => c.userId === userId);
    const email = normalizeEmail(login.email);
    return user?.viaIdentity || user?.accounts.some((a) => a.verified && a.email === email) || false;
  });
});

t.test('an unverified account, whoever owns it, changes nothing for anybody else', async (t) => {
  holds(t, ['linked', 'user_created', 'ambiguous'], (decision, [login, identity, candidates, company]) => {
    const without = candidates.map((c) => ({ ...c, accounts: c.accounts.filter((a) => a.verified) }));
    return isDeepStrictEqual(decide(login, identity, without, company), decision);
  });
});

t.test('nobody is let in whom the directory blocks', async (t) => {
  holds(t, ['linked', 'already_linked', 'user_created'], (_, [, identity]) => !identity.directoryInactive);
});

t.test('no removed link comes back, and no second identity takes a user over', async (t) => {
  holds(t, ['linked'], ({ userId }, [, identity, candidates]) => {
    const user = candidates.find((c) => c.userId === userId);
    return !identity.linkRemoved && identity.linked === null && user?.identityId === null;
  });
});

t.test('the order of the candidates and of their accounts means nothing', async (t) => {
  holds(t, ['linked', 'ambiguous', 'refused'], (decision, [login, identity, candidates, company]) => {
    const turned = candidates.toReversed().map((c) => ({ ...c, accounts: c.accounts.toReversed() }));
    const [first, ...rest] = turned;
    const orders = [turned, first ? [...rest, first] : []];
    return orders.every((order) => isDeepStrictEqual(decide(login, identity, order, company), decision));
  });
});
