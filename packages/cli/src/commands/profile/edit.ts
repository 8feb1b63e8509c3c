import {
  type LayerValues,
  layerValuesCheckSchema,
  layerValuesSchema,
  type Upgrade,
  upgradeSchema,
} from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { lineChanges } from '@sealift/core/merge';
import { setValue } from '@sealift/core/pack';
import { lifecycle } from '@sealift/core/upgrade';
import { readNamedFile } from '@sealift/io/read-file';
import type { ApiClient } from '../../client/api-client.ts';
import { connect } from '../../client/connect.ts';
import { upgradeUrl } from '../../client/current-upgrade.ts';
import type { CliContext } from '../../context.ts';
import { askOnTerminal } from '../../terminal/confirm.ts';
import { plainLine } from '../../terminal/plain-line.ts';
import { follow } from '../upgrade/follow.ts';
import { lookAgain } from '../upgrade/preflight.ts';
import { printUpgrade } from '../upgrade/print.ts';
import { layerUrl } from './layer-url.ts';

/** As much as a console takes in one request. */
const limitBytes = 16 * 1024 * 1024;

export interface EditOptions {
  /** A file with the whole text. */
  readonly values?: string;
  /** `path=value`, each in the place of one that is there. */
  readonly set?: readonly string[];
  readonly dryRun?: true;
  readonly yes?: true;
  readonly wait?: true;
  readonly json?: true;
}

type Problems = { readonly problems: readonly { readonly severity: 'block' | 'warn' }[] };

/**
 * Gives a layer new values, by the way of any upgrade: held against its pack, made a draft, looked at, confirmed. Without a yes nothing runs.
 *
 * @throws USAGE, INPUT_INVALID, FILE_*, UPGRADE_BLOCKED where it is not confirmed, SECOND_PERSON_NEEDED, PLATFORM_*, what the console refuses with
 */
export async function editValues(named: string, options: EditOptions, context: CliContext): Promise<void> {
  const { values: file, set = [] } = options;
  if ((file === undefined) === (set.length === 0)) throw usage('give either --values or --set');
  const api = await connect(context);
  const url = await layerUrl(api, named);
  const layer = await api.get(url, layerValuesSchema);
  const text = file === undefined ? withSet(layer.values, set) : await readText(file);
  const check = await api.post(`${url}/check`, { values: text }, layerValuesCheckSchema);
  const isBlocked = blocks(check);
  if (options.json !== true) printEdit(layer, text, check.problems, context);
  if (check.changes && text === layer.values)
    context.note('note: these values are recorded; others, whose upgrade was ended early, may run');
  if (!check.changes || isBlocked || options.dryRun === true) {
    if (isBlocked) context.exitCode = 2;
    if (options.json === true) context.out(JSON.stringify({ layer: layer.id, ...check, draft: null }));
    else if (!check.changes) context.out('Nothing changes: these values run already.');
    else context.out(isBlocked ? 'Nothing was changed: correct what does not fit.' : 'Nothing was changed.');
    return;
  }
  const draft = await api.postSeen(`${url}/values`, { values: text }, upgradeSchema, layer.revision);
  const upgrade = await lookAgain(api, draft.id);
  if (upgrade.blockers.length > 0 || upgrade.hash === null) {
    printUpgrade(upgrade, options, context);
    context.exitCode = 2;
    return;
  }
  await confirm(api, upgrade, options, context);
}

async function confirm(api: ApiClient, upgrade: Upgrade, options: EditOptions, context: CliContext): Promise<void> {
  const { id, hash } = upgrade;
  if (options.json !== true) printUpgrade(upgrade, {}, context);
  if (options.yes !== true && !(await isConfirmed(context))) {
    throw new SealiftError('UPGRADE_BLOCKED', {
      values: { reason: 'it was not confirmed' },
      place: id,
      hint: `Nothing runs yet: the new values are a draft. To apply them: sealift upgrade confirm ${id} --hash ${hash}`,
    });
  }
  const confirmed = await api.post(upgradeUrl(id, 'confirm'), { hash }, upgradeSchema);
  if (lifecycle[confirmed.state].editable) {
    throw new SealiftError('SECOND_PERSON_NEEDED', {
      values: { asked: confirmed.approval.asked?.by ?? 'you' },
      place: id,
    });
  }
  if (options.wait === true) return await follow(api, id, options, context);
  if (options.json === true) context.out(JSON.stringify(confirmed));
  else context.out(`Confirmed the new values; follow them with: sealift upgrade wait ${id}`);
}

/** Nobody to ask is no yes. */
async function isConfirmed(context: CliContext): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  return /^y(?:es)?$/i.test((await askOnTerminal('Apply these values now? [y/N] ', context.cancel)).trim());
}

function withSet(values: string, items: readonly string[]): string {
  let text = values;
  for (const item of items) {
    const at = equalsSign(item);
    if (at <= 0) throw usage(`${JSON.stringify(item)} is not of the form path=value`, '--set');
    text = setValue(text, item.slice(0, at), item.slice(at + 1));
  }
  return text;
}

/** The first one that is not in brackets, in which keys may have it. */
function equalsSign(item: string): number {
  let depth = 0;
  for (let at = 0; at < item.length; at += 1) {
    const sign = item[at];
    if (sign === '[') depth += 1;
    if (sign === ']') depth -= 1;
    if (sign === '=' && depth === 0) return at;
  }
  return -1;
}

async function readText(file: string): Promise<string> {
  const bytes = await readNamedFile(file, limitBytes, '--values');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SealiftError('INPUT_INVALID', {
      values: { what: 'the file of --values', reason: 'it is not UTF-8' },
      place: file,
    });
  }
}

function printEdit(
  { id, version, values, schemaMissing }: LayerValues,
  text: string,
  problems: readonly { severity: string; path: string; line: number | null; message: string }[],
  context: CliContext,
): void {
  context.out(plainLine(`layer ${id} ${version}`));
  for (const { at, before, after } of lineChanges(values, text)) {
    context.out(`@@ -${at.before + 1},${before.length} +${at.after + 1},${after.length} @@`);
    for (const line of before) context.out(plainLine(`-${line}`));
    for (const line of after) context.out(plainLine(`+${line}`));
  }
  if (schemaMissing !== null) context.out(plainLine(`its schema is not known: ${schemaMissing}`));
  for (const { severity, path, line, message } of problems) {
    const place = line === null ? path : `line ${line}, ${path}`;
    context.out(plainLine(`${severity === 'block' ? 'does not fit' : 'look at'}: ${place}: ${message}`));
  }
}

function blocks({ problems }: Problems): boolean {
  return problems.some(({ severity }) => severity === 'block');
}

function usage(reason: string, place = '--values'): SealiftError {
  return new SealiftError('USAGE', { values: { reason }, place });
}
