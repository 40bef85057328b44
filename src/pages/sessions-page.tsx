import { Layout } from './layout.tsx';
import { SignOut } from './login-page.tsx';
import type { Messages } from './messages/en.ts';
import { usePage } from './page-context.ts';

export interface ShownSession {
  id: string;
  /** Like `Chrome, Windows`; null where the browser is not known. */
  device: string | null;
  createdAt: Date;
  lastUsedAt: Date;
  isThis: boolean;
}

export interface SessionsPageProps {
  sessions: ShownSession[];
  now: Date;
  /** `accountToken` of this session: each form has it. */
  token: string;
  /** `signOutToken` of this session. */
  signOutToken: string;
  /** A session was ended just now. */
  ended: boolean;
}

/** Where a person is signed in, this session first; the others can be ended, one or all. */
export function SessionsPage({ sessions, now, token, signOutToken, ended }: SessionsPageProps) {
  const { messages, productName, appUrl } = usePage();
  const t = messages.sessions;
  const others = sessions.filter(({ isThis }) => !isThis);
  const ordered = [...sessions.filter(({ isThis }) => isThis), ...others];
  return (
    <Layout title={t.title}>
      {ended && (
        <p class="notice" role="status">
          {t.ended}
        </p>
      )}
      <ul class="sessions">
        {ordered.map((session) => (
          <li key={session.id}>
            <strong id={session.id}>{session.device ?? t.unknownDevice}</strong>
            {session.isThis && <span class="tag">{t.thisOne}</span>}
            <span class="times">
              {t.started(ago(session.createdAt, now, messages))}
              <br />
              {t.lastUsed(ago(session.lastUsedAt, now, messages))}
            </span>
            {session.isThis ? (
              <SignOut token={signOutToken} />
            ) : (
              <End token={token} name="session" value={session.id} text={t.end} describedBy={session.id} />
            )}
          </li>
        ))}
      </ul>
      {others.length > 0 ? (
        <End token={token} name="others" value="1" text={t.endOthers} isMain />
      ) : (
        <p>{t.noOthers}</p>
      )}
      <p class="aside">
        <a href={appUrl}>{t.back(productName)}</a>
      </p>
    </Layout>
  );
}

interface EndProps {
  token: string;
  name: 'session' | 'others';
  value: string;
  text: string;
  describedBy?: string;
  isMain?: boolean;
}

function End({ token, name, value, text, describedBy, isMain = false }: EndProps) {
  return (
    <form method="post" action="/account/sessions/end">
      <input type="hidden" name="token" value={token} />
      <input type="hidden" name={name} value={value} />
      <button class={isMain ? 'button' : 'link'} type="submit" aria-describedby={describedBy}>
        {text}
      </button>
    </form>
  );
}

const UNITS: [unit: 'day' | 'hour' | 'minute', ms: number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** Like “3 hours ago”: the server does not know the person's time zone. */
function ago(at: Date, now: Date, { locale }: Messages): string {
  const passed = Math.max(0, now.getTime() - at.getTime());
  const [unit, ms] = UNITS.find(([, size]) => passed >= size) ?? ['minute', 60_000];
  return new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(-Math.floor(passed / ms), unit);
}
