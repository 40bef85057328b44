/** What the steps of a setup are made of. Everything works as a form; scripts copy and refresh. */
import type { ComponentChildren } from 'preact';
import { usePage } from './page-context.ts';
import type { SetupPageProps, StepName } from './setup-props.ts';

export type StepState = 'done' | 'todo' | 'waiting';

export interface StepProps {
  name: StepName;
  state: StepState;
  /** What went wrong with the form that was just sent. */
  problem: SetupPageProps['problem'];
  children: ComponentChildren;
}

export function Step({ name, state, problem, children }: StepProps) {
  const { setup } = usePage().messages;
  const isHere = problem?.step === name;
  return (
    <li class={`step ${state}`} id={name}>
      <h2>
        {setup.steps[name]} <span class="state">{setup.state[state]}</span>
      </h2>
      {isHere && (
        <div class="notice warning" role="alert" id="problem" tabindex={-1} autofocus>
          {setup.errors[problem.code]}
        </div>
      )}
      {children}
    </li>
  );
}

/** A form of one step: its CSRF value goes along. */
export function SetupForm({
  action,
  csrf,
  children,
}: {
  action: string;
  csrf: string;
  children: ComponentChildren;
}) {
  return (
    <form method="post" action={`/setup/${action}`} autocomplete="off">
      <input type="hidden" name="csrf" value={csrf} />
      {children}
    </form>
  );
}

/** A value and its button. @param props.id of its own in the page */
export function Value({ id, name, children }: { id: string; name: string; children: string }) {
  return (
    <div class="value">
      <span id={`${id}-name`}>{name}</span>
      <code id={id}>{children}</code>
      <Copy id={id} label={`${id}-name`} />
    </div>
  );
}

export function Copy({ id, label }: { id: string; label: string }) {
  const { footer } = usePage().messages;
  return (
    <button
      class="link"
      type="button"
      data-copy={id}
      data-copied={footer.copied}
      aria-describedby={label}
      aria-live="polite"
      hidden
    >
      {footer.copy}
    </button>
  );
}

/** @param props.problem the field is described by it */
export function Field({
  name,
  label,
  isWrong,
  isSecret = false,
  ...more
}: {
  name: string;
  label: string;
  isWrong: boolean;
  inputmode?: 'url';
  placeholder?: string;
  /** The browser hides it, as it does a password. */
  isSecret?: boolean;
}) {
  return (
    <>
      <label for={name}>{label}</label>
      <input
        id={name}
        name={name}
        {...(isSecret ? { type: 'password' as const } : { type: 'text' as const })}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        required
        {...more}
        {...(isWrong && { 'aria-invalid': 'true' as const, 'aria-describedby': 'problem' })}
      />
    </>
  );
}

/** A time that is read in every zone. */
export function useTime(): (at: Date) => string {
  const { locale } = usePage().messages;
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
  return (at) => `${format.format(at)} UTC`;
}
