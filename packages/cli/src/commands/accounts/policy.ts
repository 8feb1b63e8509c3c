import { type AccessPolicy, accessPolicySchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { readNamedFile } from '@sealift/io/read-file';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';

export interface PolicyOptions {
  readonly bannerFile?: string;
  /** False with `--no-banner`. */
  readonly banner?: boolean;
  readonly secondPerson?: string;
  readonly json?: true;
}

const url = '/api/v1/access-policy';
const longestBanner = 64 * 1024;

/** Shows or sets what holds for all who sign in. @throws USAGE, FILE_*, RECORD_CHANGED, PLATFORM_* */
export async function accessPolicy(options: PolicyOptions, context: CliContext): Promise<void> {
  const { bannerFile, banner, secondPerson, json } = options;
  if (bannerFile !== undefined && banner === false) throw usage('--banner-file and --no-banner exclude each other');
  if (secondPerson !== undefined && !['on', 'off'].includes(secondPerson)) throw usage('--second-person is on or off');
  const api = await connect(context);
  const now = await api.get(url, accessPolicySchema);
  const isChange = bannerFile !== undefined || banner === false || secondPerson !== undefined;
  const policy = isChange
    ? await api.put(
        url,
        {
          banner: await bannerOf(options, now),
          secondPerson: secondPerson === undefined ? now.secondPerson : secondPerson === 'on',
        },
        accessPolicySchema,
        now.revision,
      )
    : now;
  if (json === true) return context.out(JSON.stringify(policy));
  context.out(
    policy.secondPerson
      ? 'An upgrade starts when another person than the one who asked for it approves.'
      : 'Whoever may confirm upgrades does so alone.',
  );
  context.out(policy.banner === null ? 'There is no login banner.' : `Login banner:\n${policy.banner}`);
}

async function bannerOf({ bannerFile, banner }: PolicyOptions, now: AccessPolicy): Promise<string | null> {
  if (banner === false) return null;
  if (bannerFile === undefined) return now.banner;
  return (await readNamedFile(bannerFile, longestBanner)).toString('utf8').replaceAll('\r\n', '\n').trimEnd();
}

function usage(reason: string): SealiftError {
  return new SealiftError('USAGE', { values: { reason } });
}
