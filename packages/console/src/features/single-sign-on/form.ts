import { roleSchema, type SignOnRequest, type SignOnView } from '@sealift/core/api';

/** The settings of single sign-on as they are typed. */
export interface SignOnForm {
  readonly issuer: string;
  readonly clientId: string;
  /** Left empty the stored one stays. */
  readonly clientSecret: string;
  readonly consoleUrl: string;
  readonly label: string;
  readonly scopes: string;
  readonly groupsClaim: string;
  readonly usernameClaim: string;
  /** A line a group: `group = role`. */
  readonly roles: string;
  /** An origin a line. */
  readonly allowedOrigins: string;
  readonly ca: string;
}

/** What a form begins with. @param here the address of this console in the browser */
export function formOf({ settings }: SignOnView, here: string): SignOnForm {
  if (settings === null) {
    return {
      issuer: '',
      clientId: '',
      clientSecret: '',
      consoleUrl: here,
      label: 'Single sign-on',
      scopes: 'profile groups',
      groupsClaim: 'groups',
      usernameClaim: 'preferred_username',
      roles: '',
      allowedOrigins: '',
      ca: '',
    };
  }
  return {
    ...settings,
    clientSecret: '',
    scopes: settings.scopes.join(' '),
    roles: settings.roles.map(({ group, role }) => `${group} = ${role}`).join('\n'),
    allowedOrigins: settings.allowedOrigins.join('\n'),
    ca: settings.ca ?? '',
  };
}

/** The request that a form means, or which field of it is wrong. */
export function requestOf(form: SignOnForm): { readonly request: SignOnRequest } | { readonly problem: string } {
  const roles: SignOnRequest['roles'] = [];
  for (const line of linesOf(form.roles)) {
    // A group may have an equals sign in it, as distinguished names have.
    const at = line.lastIndexOf('=');
    const role = roleSchema.safeParse(line.slice(at + 1).trim()).data;
    const group = line.slice(0, at).trim();
    if (at < 0 || group === '' || role === undefined) {
      return { problem: `“${line}” is not of the form group = role; roles are ${roleSchema.options.join(', ')}` };
    }
    roles.push({ group, role });
  }
  if (roles.length === 0) return { problem: 'Give at least one group a role: nobody could sign in otherwise' };
  const { clientSecret, ca, scopes, allowedOrigins, ...rest } = form;
  return {
    request: {
      ...rest,
      scopes: scopes.split(/\s+/).filter((scope) => scope !== ''),
      roles,
      allowedOrigins: linesOf(allowedOrigins),
      ca: ca.trim() === '' ? null : ca,
      ...(clientSecret === '' ? {} : { clientSecret }),
    },
  };
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
