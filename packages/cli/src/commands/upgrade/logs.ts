import { type JournalRecord, journalPageSchema } from '@sealift/core/api';
import { lineText } from '@sealift/core/upgrade';
import type { CliContext } from '../../context.ts';
import { connect } from '../../client/connect.ts';
import { findUpgrade, hasEnded, upgradeUrl } from '../../client/current-upgrade.ts';
import { polls } from '../../client/polls.ts';
import { plainLine } from '../../terminal/plain-line.ts';
import { goesOn } from './follow.ts';
import type { Output } from './print.ts';

/**
 * Prints the journal of an upgrade, oldest line first; with `--follow` also what is yet to be written, until it ends or needs a person.
 *
 * @throws PLATFORM_*, CANCELLED
 */
export async function showLogs(
  id: string | undefined,
  options: Output & { readonly follow?: true },
  context: CliContext,
): Promise<void> {
  const api = await connect(context);
  const { id: upgrade } = await findUpgrade(api, id);
  const print = printer(options, context);
  const cursor = { after: 0 };
  const printNew = async (): Promise<void> => {
    for (let more = true; more; ) {
      const page = await api.get(`${upgradeUrl(upgrade, 'journal')}?after=${cursor.after}`, journalPageSchema);
      for (const record of page.entries) print(record);
      more = page.more && page.next > cursor.after;
      cursor.after = page.next;
    }
  };
  await printNew();
  if (options.follow !== true) return;
  const ask = async (): Promise<boolean> => {
    // Asked for before the lines: those that the end wrote are read after it was seen.
    const ended = hasEnded(await findUpgrade(api, upgrade));
    await printNew();
    return ended;
  };
  let told = '';
  for await (const poll of polls(ask, context, goesOn)) {
    if ('answer' in poll) {
      told = '';
      if (poll.answer) return;
    } else {
      if (told !== poll.away.message) context.note(`${poll.away.message}; waiting for it to come back`);
      told = poll.away.message;
    }
  }
}

function printer({ json }: Output, { out }: CliContext): (record: JournalRecord) => void {
  if (json === true) return (record) => out(JSON.stringify(record));
  let under: string | null = null;
  return ({ at, stepId, version, line, problem }) => {
    if (under !== null && version !== null && version !== under) {
      out(plainLine(`${at}  upgrade  goes on under sealift ${version}, after ${under}`));
    }
    under = version ?? under;
    const text = line === null ? `this line cannot be read: ${problem}` : lineText(line);
    out(plainLine(`${at}  ${stepId === '' ? 'upgrade' : stepId}  ${text}`));
  };
}
