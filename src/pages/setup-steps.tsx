import { usePage } from './page-context.ts';
import { Copy, Field, SetupForm, Step, useTime, Value } from './setup-parts.tsx';
import type { SetupPageProps, StepName } from './setup-props.ts';

/** JumpCloud's console, click by click, with its own labels. */
export function JumpCloudStep({ jumpcloud, client, problem }: SetupPageProps) {
  const { productName, messages } = usePage();
  const t = messages.setup.jumpcloud;
  return (
    <Step name="jumpcloud" state={client ? 'done' : 'todo'} problem={problem}>
      <ol class="clicks">
        <li>{t.portal}</li>
        <li>{t.custom}</li>
        <li>{t.features}</li>
        <li>
          <Value id="display-label" name={t.label}>
            {productName}
          </Value>
          {jumpcloud.logoUrl !== undefined && (
            <p>
              <a href={jumpcloud.logoUrl}>{t.logo}</a>
            </p>
          )}
          <p>{t.portalTile}</p>
        </li>
        <li>{t.grant}</li>
        <li>
          <Value id="redirect-uri" name={t.redirect}>
            {jumpcloud.redirectUri}
          </Value>
          <Value id="client-authentication-type" name={t.authentication}>
            Client Secret Post
          </Value>
          <Value id="login-url" name={t.login}>
            {jumpcloud.loginUrl}
          </Value>
        </li>
        <li>{t.scopes}</li>
        <li>{t.activate}</li>
        <li>{t.copyBoth}</li>
        <li>{t.groups}</li>
      </ol>
    </Step>
  );
}

export function DomainsStep(props: SetupPageProps) {
  const { domains, csrf, problem, purpose } = props;
  const t = usePage().messages.setup.domains;
  const isProof = purpose === 'replace' || !domains.canAdd;
  return (
    <Step name="domains" state={domains.proven ? 'done' : 'todo'} problem={problem}>
      <p>{isProof ? t.introReplace : t.intro}</p>
      {domains.list.length === 0 && !domains.canAdd && <p>{t.none}</p>}
      {domains.list.map((domain, i) => (
        <Domain key={domain.domain} {...props} domain={domain} id={`record-${i}`} />
      ))}
      {domains.canAdd && (
        <SetupForm action="domains" csrf={csrf}>
          <Field
            name="domain"
            label={t.label}
            inputmode="url"
            placeholder="example.com"
            isWrong={problem?.step === 'domains'}
          />
          <button class="button quiet" type="submit">
            {t.add}
          </button>
        </SetupForm>
      )}
    </Step>
  );
}

function Domain({
  domain: { domain, proven, record, lastAnswer, shown },
  domains,
  csrf,
  id,
}: SetupPageProps & { domain: SetupPageProps['domains']['list'][number]; id: string }) {
  const t = usePage().messages.setup.domains;
  if (proven || record === null) return <p class="proven">✓ {t.proven(domain)}</p>;
  return (
    <div class="domain">
      <h3>{domain}</h3>
      <p>{t.publish(domain)}</p>
      <Value id={`${id}-host`} name={t.name}>
        {record.name}
      </Value>
      <div class="value">
        <span>{t.type}</span>
        <code>TXT</code>
      </div>
      <Value id={`${id}-text`} name={t.value}>
        {record.text}
      </Value>
      <p class="hint">{t.stays}</p>
      {lastAnswer !== null && (
        <p class="answer">
          {lastAnswer === 'other_value' ? t.answers.other_value(shown ?? '') : t.answers[lastAnswer]}
        </p>
      )}
      <div class="buttons">
        <SetupForm action="check" csrf={csrf}>
          <input type="hidden" name="domain" value={domain} />
          <button class="button quiet" type="submit" aria-describedby={`${id}-host`}>
            {t.check}
          </button>
        </SetupForm>
        {domains.canAdd && (
          <SetupForm action="forget" csrf={csrf}>
            <input type="hidden" name="domain" value={domain} />
            <button class="link" type="submit" aria-describedby={`${id}-host`}>
              {t.forget}
            </button>
          </SetupForm>
        )}
      </div>
    </div>
  );
}

export function ClientStep({ client, clientOpen, csrf, problem }: SetupPageProps) {
  const t = usePage().messages.setup.client;
  const isWrong = problem?.step === 'client';
  return (
    <Step name="client" state={client ? 'done' : clientOpen ? 'todo' : 'waiting'} problem={problem}>
      {client && <p class="proven">✓ {t.saved(client.clientId, client.region)}</p>}
      <p>{!clientOpen ? t.afterProof : client ? t.again : t.intro}</p>
      {clientOpen && (
        <SetupForm action="client" csrf={csrf}>
          <Field name="client_id" label={t.id} isWrong={isWrong} />
          <Field name="client_secret" label={t.secret} isSecret isWrong={isWrong} />
          <button class={client ? 'button quiet' : 'button'} type="submit">
            {t.save}
          </button>
        </SetupForm>
      )}
    </Step>
  );
}

export function SecretStep({ client, csrf, problem }: SetupPageProps) {
  const t = usePage().messages.setup.client;
  return (
    <Step name="secret" state="todo" problem={problem}>
      <p>{t.secretIntro}</p>
      {client && (
        <Value id="client-id" name={t.id}>
          {client.clientId}
        </Value>
      )}
      <SetupForm action="secret" csrf={csrf}>
        <Field name="client_secret" label={t.secret} isSecret isWrong={problem?.step === 'secret'} />
        <button class="button" type="submit">
          {t.save}
        </button>
      </SetupForm>
    </Step>
  );
}

export function TestStep({ test: { url, latest, fresh }, problem }: SetupPageProps) {
  const t = usePage().messages.setup.test;
  const time = useTime();
  return (
    <Step name="test" state={fresh ? 'done' : url ? 'todo' : 'waiting'} problem={problem}>
      {latest?.passed && <p class="proven">{fresh ? `✓ ${t.passed(time(latest.at))}` : t.old}</p>}
      {latest && !latest.passed && <p>{t.failed(time(latest.at))}</p>}
      {latest && (
        <ul class="checks">
          {(['email', 'verified', 'domain', 'refresh'] as const).map((check) => (
            <Check ok={latest[check]} key={check}>
              {t[check]}
            </Check>
          ))}
        </ul>
      )}
      <p>{url ? t.intro : t.afterClient}</p>
      {/* A link, not a form: Chromium holds `form-action` against the redirect to JumpCloud. */}
      {url && (
        <a class={fresh ? 'button quiet' : 'button'} href={url}>
          {t.start}
        </a>
      )}
    </Step>
  );
}

function Check({ ok, children }: { ok: boolean; children: string }) {
  const { toDo } = usePage().messages.test;
  return (
    <li class={ok ? 'right' : 'wrong'}>
      <strong>{ok ? '✓ ' : `${toDo} `}</strong>
      {children}
    </li>
  );
}

export function PeopleStep({ domains, problem }: SetupPageProps) {
  const t = usePage().messages.setup.people;
  return (
    <Step name="people" state={domains.proven ? 'todo' : 'waiting'} problem={problem}>
      <p>{domains.proven ? t.intro : t.afterProof}</p>
      {domains.proven && (
        <a class="button quiet" href="/setup/people">
          {t.show}
        </a>
      )}
    </Step>
  );
}

export function EnableStep({ purpose, domains, client, test, csrf, problem }: SetupPageProps) {
  const t = usePage().messages.setup.enable;
  const missing = [
    ...(domains.proven ? [] : [t.missing.domain]),
    ...(client ? [] : [t.missing.client]),
    ...(test.fresh ? [] : [t.missing.test]),
  ];
  return (
    <Step name="enable" state={missing.length > 0 ? 'waiting' : 'todo'} problem={problem}>
      <p>{purpose === 'replace' ? t.introReplace : t.intro}</p>
      {missing.length > 0 && (
        <ul>
          {missing.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
      {client && missing.length === 0 && (
        <SetupForm action="enable" csrf={csrf}>
          <input type="hidden" name="client" value={client.id} />
          <input type="hidden" name="version" value={String(client.version)} />
          <button class="button" type="submit">
            {t.button}
          </button>
        </SetupForm>
      )}
    </Step>
  );
}

/** What there is to see and to do once the link has done its work. */
export function Done({ done, purpose, companyName, csrf, test }: SetupPageProps) {
  const { messages, productName } = usePage();
  const { done: t, test: tests } = messages.setup;
  if (!done) return null;
  if (purpose === 'secret') {
    return (
      <>
        <p role="status">✓ {t.secret}</p>
        {test.url && (
          <a class="button" href={test.url}>
            {tests.start}
          </a>
        )}
        <p class="aside">{t.closed}</p>
      </>
    );
  }
  if (!done.enabled) return <p role="status">{t.disabled(companyName)}</p>;
  return (
    <>
      <p role="status">✓ {t.enabled(companyName)}</p>
      <p id="preview-label">{t.preview}</p>
      <a class="button jumpcloud" href={done.signInUrl}>
        {messages.signIn.continueWithJumpCloud}
      </a>
      <h2 id="colleagues-name">{t.colleagues}</h2>
      <p class="notice" id="colleagues">
        {t.message(productName, done.signInUrl)}
      </p>
      <Copy id="colleagues" label="colleagues-name" />
      {done.canDisable && (
        <SetupForm action="disable" csrf={csrf}>
          <p>{t.disableText}</p>
          <button class="button quiet" type="submit">
            {t.disable}
          </button>
        </SetupForm>
      )}
      <p class="aside">{t.closed}</p>
    </>
  );
}

/** In which order, by purpose. */
export const STEPS: Record<SetupPageProps['purpose'], StepName[]> = {
  setup: ['jumpcloud', 'domains', 'client', 'test', 'people', 'enable'],
  replace: ['domains', 'jumpcloud', 'client', 'test', 'people', 'enable'],
  secret: ['secret'],
};
