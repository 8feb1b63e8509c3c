import { TextField } from './text-field.tsx';
import { TextFileField } from './text-file-field.tsx';

/** What a peer is logged in to with, and what it is trusted by. */
export interface LoginForm {
  readonly user: string;
  /** Left empty the stored one stays. */
  readonly secret: string;
  /** PEM; left empty, those that the machine trusts. */
  readonly ca: string;
}

interface LoginFieldsProps {
  form: LoginForm;
  /** As the peer calls them. */
  labels: { readonly user: string; readonly secret: string };
  /** Whether a secret is stored that is used while none is typed. */
  hasSecret: boolean;
  /** What has to stay as it is for that, in words; undefined where nothing has to. */
  keptWhile?: string;
  /** Where a login may be left out: when it is. */
  leftOut?: string;
  problems: Partial<Record<keyof LoginForm, string | undefined>>;
  onChange: (change: Partial<LoginForm>) => void;
}

/** Login and trust of a peer of the console: a registry, a store of backups, a mail server, a provider of single sign-on. */
export function LoginFields(props: LoginFieldsProps) {
  const { form, labels, hasSecret, keptWhile, leftOut, problems, onChange } = props;
  const kept =
    keptWhile === undefined
      ? 'Left empty the stored one stays'
      : `Left empty: the stored one, while ${keptWhile} stay as they are`;
  return (
    <>
      <TextField
        label={labels.user}
        value={form.user}
        onChange={(user) => onChange({ user })}
        autoComplete="off"
        isRequired={leftOut === undefined}
        {...(leftOut === undefined ? {} : { help: leftOut })}
        problem={problems.user}
      />
      <TextField
        label={labels.secret}
        type="password"
        value={form.secret}
        onChange={(secret) => onChange({ secret })}
        autoComplete="new-password"
        isRequired={leftOut === undefined && !hasSecret}
        help={hasSecret ? kept : 'Stored sealed, and never shown again'}
        problem={problems.secret}
      />
      <TextFileField
        label="CA certificates"
        value={form.ca}
        onChange={(ca) => onChange({ ca })}
        isRequired={false}
        help="PEM; left empty, those that the machine of the console trusts"
        problem={problems.ca}
      />
    </>
  );
}
