import { signOnRequestSchema, type SignOnView, signOnViewSchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { readNamedFile } from '@sealift/io/read-file';
import type { ApiClient } from '../../client/api-client.ts';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';
import { readPasswordFile } from '../../terminal/secret-input.ts';

export interface SignOnOptions {
  readonly settings?: string;
  readonly clientSecretFile?: string;
  readonly off?: true;
  readonly json?: true;
}

const url = '/api/v1/single-sign-on';
const longestSettings = 1024 * 1024;

/** Shows, sets or ends single sign-on. @throws USAGE, INPUT_INVALID, FILE_*, SIGN_ON_*, RECORD_CHANGED, PLATFORM_* */
export async function singleSignOn(options: SignOnOptions, context: CliContext): Promise<void> {
  const { settings, clientSecretFile, off, json } = options;
  if (off === true && settings !== undefined) throw usage('--settings and --off exclude each other');
  if (clientSecretFile !== undefined && settings === undefined) throw usage('--client-secret-file needs --settings');
  const api = await connect(context);
  const now = await api.get(url, signOnViewSchema);
  const view = await changed(options, now, api);
  if (json === true) return context.out(JSON.stringify(view));
  for (const line of linesOf(view, api.url)) context.out(plainLine(line));
}

async function changed(options: SignOnOptions, now: SignOnView, api: ApiClient): Promise<SignOnView> {
  const { settings: file, clientSecretFile, off } = options;
  if (off === true) {
    await api.deleteOnly(url, now.revision);
    return await api.get(url, signOnViewSchema);
  }
  if (file === undefined) return now;
  const given = settingsOf((await readNamedFile(file, longestSettings)).toString('utf8'), file);
  const secret = clientSecretFile === undefined ? {} : { clientSecret: await readPasswordFile(clientSecretFile) };
  return await api.put(url, { ...given, ...secret }, signOnViewSchema, now.revision);
}

/** The settings of a file, which holds them alone or as `--json` prints them. */
function settingsOf(text: string, file: string) {
  const invalid = (reason: string): SealiftError =>
    new SealiftError('INPUT_INVALID', { place: file, values: { what: 'the settings file', reason } });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('it is not JSON');
  }
  const whole = signOnViewSchema.safeParse(value).data?.settings ?? value;
  const parsed = signOnRequestSchema.omit({ clientSecret: true }).safeParse(whole);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it is not as expected'}`);
}

function linesOf({ settings, callbackPath }: SignOnView, here: string): string[] {
  if (settings === null) {
    return [
      'Single sign-on is not set up.',
      `At the provider register ${here}${callbackPath}, with the address that browsers use.`,
    ];
  }
  const { issuer, clientId, consoleUrl, roles } = settings;
  return [
    `People sign in at ${issuer} as client ${clientId}, and are led back to ${consoleUrl}${callbackPath}.`,
    ...roles.map(({ group, role }) => `group ${group}: ${role}`),
  ];
}

function usage(reason: string): SealiftError {
  return new SealiftError('USAGE', { values: { reason } });
}
