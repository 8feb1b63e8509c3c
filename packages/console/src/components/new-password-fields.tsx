import { passwordSchema } from '@sealift/core/api';
import { TextField } from './text-field.tsx';

/** A new password, typed twice. */
export interface NewPassword {
  readonly password: string;
  readonly again: string;
}

/** Whether it can be sent; the server judges it further. */
export function isUsable({ password, again }: NewPassword): boolean {
  return passwordSchema.safeParse(password).success && again === password;
}

interface NewPasswordFieldsProps {
  value: NewPassword;
  onChange: (value: NewPassword) => void;
  /** Whether it was tried to send it: before that nothing is called wrong. */
  tried: boolean;
  label?: string;
}

/** Asks for a new password, twice. */
export function NewPasswordFields({ value, onChange, tried, label = 'Password' }: NewPasswordFieldsProps) {
  const { password, again } = value;
  const tooShort = passwordSchema.safeParse(password).success ? undefined : 'At least 14 and at most 256 characters';
  const differs = again === password ? undefined : 'The two passwords differ';
  return (
    <>
      <TextField
        label={label}
        type="password"
        value={password}
        onChange={(next) => onChange({ ...value, password: next })}
        autoComplete="new-password"
        help="At least 14 characters; a sentence is easiest to remember"
        problem={tried ? tooShort : undefined}
      />
      <TextField
        label={`${label} again`}
        type="password"
        value={again}
        onChange={(next) => onChange({ ...value, again: next })}
        autoComplete="new-password"
        problem={tried ? differs : undefined}
      />
    </>
  );
}
