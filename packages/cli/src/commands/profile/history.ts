import { layerHistorySchema } from '@sealift/core/api';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';
import { layerUrl } from './layer-url.ts';

export interface HistoryOptions {
  readonly after?: string;
  readonly json?: true;
}

/** Shows what a layer ran before, a page at a time. @throws USAGE, NOT_ADOPTED by the console, INPUT_INVALID, PLATFORM_* */
export async function showHistory(named: string, { after, json }: HistoryOptions, context: CliContext): Promise<void> {
  const api = await connect(context);
  const url = await layerUrl(api, named);
  const page = after === undefined ? '' : `?after=${encodeURIComponent(after)}`;
  const { entries, next } = await api.get(`${url}/history${page}`, layerHistorySchema);
  if (json === true) return context.out(JSON.stringify({ entries, next }));
  if (entries.length === 0) context.out('It runs what it has run since it was adopted.');
  for (const { upgrade, from, to, state, until, confirmedBy, packVersion } of entries) {
    const what = from === to ? 'an upgrade for new values' : `the upgrade from ${from} to ${to}`;
    context.out(
      plainLine(
        `until ${until}  ${packVersion}; then ${what}, confirmed by ${confirmedBy ?? 'nobody known'}: ${state}  ${upgrade}`,
      ),
    );
  }
  if (next !== null) context.out(`older ones: sealift profile history ${named} --after ${next}`);
}
