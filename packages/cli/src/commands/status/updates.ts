import { updateListSchema } from '@sealift/core/api';
import type { CliContext } from '../../context.ts';
import { connect } from '../../client/connect.ts';
import { describeUpdate } from './describe-update.ts';

interface Output {
  readonly json?: true;
}

/** Prints every newer release, legal or refused with the reason. */
export async function showUpdates({ json }: Output, context: CliContext): Promise<void> {
  const api = await connect(context);
  const updates = await api.get('/api/v1/updates', updateListSchema);
  if (json === true) {
    context.out(JSON.stringify(updates));
    return;
  }
  if (updates.available.length === 0)
    context.out(`No release newer than ${updates.installed ?? 'none'} is in the catalogue.`);
  for (const update of updates.available) {
    const mark = update.version === updates.recommended?.version ? '  (recommended)' : '';
    context.out(`${describeUpdate(update)}${mark}`);
  }
}
