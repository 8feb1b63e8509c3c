import { readFile } from 'node:fs/promises';
import { adoptRequestSchema, profileViewSchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import type { CliContext } from '../../context.ts';
import { connect } from '../../client/connect.ts';

/**
 * Records which release the platform runs, with the site's values.
 *
 * @throws USAGE, FILE_NOT_FOUND, FILE_UNREADABLE, INPUT_INVALID, PLATFORM_*
 */
export async function adoptPlatform(
  options: { version: string; values: readonly string[]; json?: true },
  context: CliContext,
): Promise<void> {
  const values = [];
  for (const item of options.values) values.push(await readValues(item));
  const request = adoptRequestSchema.safeParse({ version: options.version, values });
  if (!request.success) {
    const issue = request.error.issues[0];
    const reason = issue?.message ?? 'not as expected';
    throw new SealiftError('INPUT_INVALID', {
      values: { what: 'the request', reason },
      place: issue?.path.join('.') ?? '',
    });
  }
  const api = await connect(context);
  const profile = await api.post('/api/v1/platform/adopt', request.data, profileViewSchema);
  if (options.json === true) context.out(JSON.stringify(profile));
  else
    context.out(
      `${profile.product} ${profile.version} is recorded as installed, with ${profile.layers.length} layers.`,
    );
}

async function readValues(item: string) {
  const [, layer, pack, path] = /^([^/=]+)\/([^/=]+)=(.+)$/.exec(item) ?? [];
  if (layer === undefined || pack === undefined || path === undefined) {
    const reason = `${JSON.stringify(item)} is not of the form layer/pack=file`;
    throw new SealiftError('USAGE', { values: { reason }, place: '--values' });
  }
  try {
    return { layer, pack, values: await readFile(path, 'utf8') };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new SealiftError('FILE_NOT_FOUND', { values: { path }, place: '--values', cause: error });
    }
    throw new SealiftError('FILE_UNREADABLE', { values: { path, reason: String(error) }, cause: error });
  }
}
