import { Layout } from './layout.tsx';
import { usePage } from './page-context.ts';
import { useTime } from './setup-parts.tsx';
import type { SetupPageProps, StepName } from './setup-props.ts';
import {
  ClientStep,
  DomainsStep,
  Done,
  EnableStep,
  JumpCloudStep,
  PeopleStep,
  SecretStep,
  STEPS,
  TestStep,
} from './setup-steps.tsx';

const COMPONENTS: Record<StepName, (props: SetupPageProps) => preact.JSX.Element> = {
  ...{ jumpcloud: JumpCloudStep, domains: DomainsStep, client: ClientStep, secret: SecretStep },
  ...{ test: TestStep, people: PeopleStep, enable: EnableStep },
};

/** All steps on one page, each with its state. */
export function SetupPage(props: SetupPageProps) {
  const { setup } = usePage().messages;
  const { purpose, companyName, done } = props;
  const title = setup.title[purpose](companyName);
  if (done) {
    return (
      <Layout title={title} wide scripts={['/assets/copy.js']}>
        <Done {...props} />
      </Layout>
    );
  }
  return (
    <Layout title={title} wide scripts={['/assets/copy.js', '/assets/setup.js']}>
      {purpose !== 'secret' && <p>{purpose === 'replace' ? setup.introReplace : setup.intro}</p>}
      <p id="updated" role="status" class="hint" data-updated={setup.updated} />
      <ol class="steps" id="steps" data-state={props.state} data-csrf={props.csrf}>
        {STEPS[purpose].map((name) => {
          const Component = COMPONENTS[name];
          return <Component key={name} {...props} />;
        })}
      </ol>
    </Layout>
  );
}

export interface SetupOpenPageProps {
  purpose: SetupPageProps['purpose'];
  companyName: string;
  /** What the button opens. */
  action: string;
  expiresAt: Date;
}

/** What a link leads to: a page that changes nothing, since programs that scan mail open links. */
export function SetupOpenPage({ purpose, companyName, action, expiresAt }: SetupOpenPageProps) {
  const { messages, productName } = usePage();
  const { title, open } = messages.setup;
  const time = useTime();
  return (
    <Layout title={title[purpose](companyName)}>
      <p>{open.text(productName)}</p>
      <p>{open.care(time(expiresAt))}</p>
      <form method="post" action={action}>
        <button class="button" type="submit">
          {open.button}
        </button>
      </form>
    </Layout>
  );
}

export interface SetupPeoplePageProps {
  groups: { group: 'existing' | 'new' | 'attention'; count: number; emails: string[] }[];
  notFound: number;
}

/** Counts, and the addresses within the proven domains. */
export function SetupPeoplePage({ groups, notFound }: SetupPeoplePageProps) {
  const { people } = usePage().messages.setup;
  return (
    <Layout title={people.title} wide>
      {groups.map(({ group, count, emails }) => (
        <section key={group}>
          <h2>
            {people.groups[group]}: {count}
          </h2>
          {count === 0 ? (
            <p>{people.nobody}</p>
          ) : (
            <ul class="emails">
              {emails.map((email) => (
                <li key={email}>{email}</li>
              ))}
              {count > emails.length && <li>{people.more(count - emails.length)}</li>}
            </ul>
          )}
        </section>
      ))}
      {notFound > 0 && <p>{people.notFound(notFound)}</p>}
      <p>
        <a href="/setup">{people.back}</a>
      </p>
    </Layout>
  );
}
