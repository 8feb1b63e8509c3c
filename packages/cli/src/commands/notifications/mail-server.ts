import {
  type MailSecurity,
  mailSecurities,
  type MailServer,
  type MailServerRequest,
  mailServerSchema,
  notificationTestSchema,
} from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { readCertificates } from '@sealift/io/http/certificates';
import { connect } from '../../client/connect.ts';
import { notificationsUrl, readNotifications } from '../../client/notifications.ts';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';
import { readPasswordFile } from '../../terminal/secret-input.ts';
import { mailServerText } from './print.ts';

export interface MailServerOptions {
  readonly host?: string;
  readonly port?: string;
  readonly security?: string;
  readonly caFile?: string;
  readonly user?: string;
  readonly passwordFile?: string;
  readonly from?: string;
  readonly test?: string;
  readonly off?: true;
  readonly json?: true;
}

const url = `${notificationsUrl}/mail-server`;
const usualPorts: Readonly<Record<MailSecurity, number>> = { starttls: 587, tls: 465, none: 25 };
const settingNames = ['host', 'port', 'security', 'caFile', 'user', 'passwordFile', 'from'] as const;

/** Shows, sets, tries or forgets the mail server. @throws USAGE, INPUT_INVALID, RECORD_CHANGED, MAIL_*, FILE_*, PLATFORM_* */
export async function mailServer(options: MailServerOptions, context: CliContext): Promise<void> {
  const { test, off, json } = options;
  const isChange = settingNames.some((name) => options[name] !== undefined);
  if (off === true && (isChange || test !== undefined)) throw usage('--off excludes the other options');
  const api = await connect(context);
  const { mailServer: before } = await readNotifications(api);
  if (off === true) {
    await api.deleteOnly(url, before.revision);
    return context.out(json === true ? JSON.stringify({ forgotten: true }) : 'The mail server is forgotten.');
  }
  const server = isChange
    ? await api.put(url, await requestOf(options, before), mailServerSchema, before.revision)
    : before;
  const answer =
    test === undefined ? undefined : (await api.post(`${url}/test`, { to: test }, notificationTestSchema)).answer;
  if (json === true) return context.out(JSON.stringify(answer === undefined ? server : { ...server, answer }));
  context.out(mailServerText(server));
  if (answer !== undefined) context.out(plainLine(`${test} is taken: ${answer}`));
}

async function requestOf(options: MailServerOptions, { settings: before }: MailServer): Promise<MailServerRequest> {
  const security = securityOf(options.security ?? before?.security ?? 'starttls');
  const host = options.host ?? before?.host;
  const from = options.from ?? before?.from;
  if (host === undefined) throw usage('give --host');
  if (from === undefined) throw usage('give --from');
  const user = options.user ?? before?.user ?? '';
  return {
    host,
    port: options.port === undefined ? (before?.port ?? usualPorts[security]) : portOf(options.port),
    security,
    ca: options.caFile === undefined ? (before?.ca ?? null) : readCertificates(options.caFile, '--ca-file'),
    user: user === '' ? null : user,
    from,
    ...(options.passwordFile === undefined ? {} : { password: await readPasswordFile(options.passwordFile) }),
  };
}

function securityOf(given: string): MailSecurity {
  const found = (Object.keys(mailSecurities) as MailSecurity[]).find((one) => one === given);
  if (found === undefined) throw usage(`--security is ${Object.keys(mailSecurities).join(', ')}`);
  return found;
}

function portOf(given: string): number {
  const port = Number(given);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw usage('--port takes 1 to 65535');
}

function usage(reason: string): SealiftError {
  return new SealiftError('USAGE', { values: { reason } });
}
