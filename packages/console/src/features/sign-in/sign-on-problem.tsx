import { Notice } from '../../components/error-notice.tsx';

interface Words {
  readonly title: string;
  readonly hint: string;
}

/** What the codes mean that the server leads back with, for whoever wants to sign in; the audit log has what the provider said. */
const words: Readonly<Record<string, Words>> = {
  SIGN_ON_OFF: {
    title: 'Single sign-on is not set up in this console',
    hint: 'Sign in with an account of this console.',
  },
  SIGN_ON_ORIGIN_REFUSED: {
    title: 'The provider names an address that is not allowed',
    hint: 'Let a Root look at the settings of single sign-on.',
  },
  SIGN_ON_PROVIDER_FAILED: {
    title: 'The provider of single sign-on could not be asked',
    hint: 'Try again in a moment; meanwhile sign in with an account of this console.',
  },
  SIGN_ON_REFUSED: {
    title: 'Single sign-on was refused',
    hint: 'Begin again. If it comes back, let a Root look into the audit log: it says why.',
  },
  SIGN_ON_NO_ROLE: {
    title: 'You are in no group that has a role in this console',
    hint: 'Ask to be put into one at the provider, or let a Root give one of yours a role.',
  },
  SIGN_ON_NAME_TAKEN: {
    title: 'Your user name belongs to another account of this console',
    hint: 'Let whoever manages accounts remove that one: none is handed over by its name.',
  },
};
const unknown: Words = { title: 'Single sign-on failed', hint: 'Begin again, or ask a Root of this console.' };

/** Why single sign-on led back here. */
export function SignOnProblem({ code }: { code: string }) {
  const { title, hint } = (Object.hasOwn(words, code) ? words[code] : undefined) ?? unknown;
  return (
    <Notice variant="danger" title={title}>
      What to do: {hint}
    </Notice>
  );
}
