import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { isSea } from 'node:sea';
import { promisify } from 'node:util';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import type { Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { checkTrustedProxy, parseListen } from './addresses.ts';
import { verifyUnit, writeUnit } from '../../units/unit-file.ts';
import { hiddenPlaces } from '../../units/unit-text.ts';
import { type UnitDescription, unitText } from './unit-text.ts';

export interface ServerUnitOptions {
  readonly data: string;
  readonly listen: string;
  readonly trustedProxy?: string;
  readonly user: string;
  readonly environmentFile: string;
  readonly executable?: string;
  readonly out: string;
  readonly print?: true;
}

/** Options of the unit itself; all others are those of `server run`. */
const ownOptions: ReadonlySet<string> = new Set(['user', 'environmentFile', 'executable', 'out', 'print']);

/**
 * Writes the systemd unit of a console and says what is to be done next; or prints it.
 *
 * @param command its options are those of `server run` too, and go into the unit
 * @throws USAGE, UNIT_EXECUTABLE, UNIT_FOREIGN, UNIT_REFUSED, FILE_UNWRITABLE
 */
export async function writeServerUnit(
  options: ServerUnitOptions,
  command: Command,
  context: CliContext,
): Promise<void> {
  const { port } = parseListen(options.listen);
  if (port === 0) throw usage('--listen', 'a service needs a port that stays; port 0 is another one at each start');
  if (options.trustedProxy !== undefined) checkTrustedProxy(options.trustedProxy);
  if (!options.out.endsWith('.service')) throw usage('--out', `${options.out} does not end in .service`);
  const unit: UnitDescription = {
    executable: await checkedExecutable(options.executable),
    args: ['server', 'run', ...runArguments(command)],
    user: options.user,
    dataDir: resolve(options.data),
    environmentFile: resolve(options.environmentFile),
    listen: options.listen,
    lowPort: port < 1024,
  };
  const text = unitText(unit);
  const remarks = await verifyUnit(options.out, text, context.cancel);
  for (const remark of remarks) context.note(`systemd-analyze verify: ${remark}`);
  if (options.print === true) return context.write(text);
  const path = resolve(options.out);
  const done = { written: 'is written', replaced: 'is written anew', unchanged: 'is there already' };
  context.out(`${path} ${done[await writeUnit(path, text)]}. Nothing is enabled or started.`);
  context.out(`Next, as root:\n${(await nextCommands(unit, path)).map((line) => `  ${line}`).join('\n')}`);
}

/** The options of `server run` as they were given, with paths that hold wherever the unit starts. */
function runArguments(command: Command): string[] {
  return command.options.flatMap((option) => {
    const name = option.attributeName();
    const { long } = option;
    if (ownOptions.has(name) || typeof long !== 'string') return [];
    const given = [command.getOptionValue(name)].flat() as unknown[];
    const isPath = /<(?:file|folder)>/.test(option.flags);
    return given.flatMap((value) => {
      if (typeof value === 'boolean') return value === !option.negate ? [long] : [];
      if (typeof value !== 'string') return [];
      return [long, isPath ? visible(resolve(value), long) : value];
    });
  });
}

function visible(path: string, place: string): string {
  if (!hiddenPlaces.test(path)) return path;
  throw usage(place, `${path} lies where the unit hides everything from the console (/home, /root, /tmp)`);
}

/** @throws UNIT_EXECUTABLE when the console's account could not start it, or others than root could change it */
async function checkedExecutable(given: string | undefined): Promise<string> {
  const path = resolve(given ?? process.execPath);
  const refuse = (reason: string, cause?: unknown) =>
    new SealiftError('UNIT_EXECUTABLE', { values: { path, reason }, place: '--executable', cause });
  if (given === undefined && !isSea()) throw refuse('it is Node.js, which runs sealift from a checkout');
  if (hiddenPlaces.test(path)) throw refuse('the unit hides /home, /root and /tmp from the console');
  const [file, folder] = await Promise.all([stat(path), stat(dirname(path))]).catch((error: unknown) => {
    throw refuse(reasonOf(error), error);
  });
  if (!file.isFile()) throw refuse('it is no file');
  if ((file.mode & 0o005) !== 0o005) throw refuse('not every account may read and run it');
  if (((file.mode | folder.mode) & 0o002) !== 0) throw refuse('every account may change it');
  return path;
}

/** What is left to do, without what is done already. */
async function nextCommands(unit: UnitDescription, path: string): Promise<string[]> {
  const { user, dataDir, environmentFile } = unit;
  const name = basename(path);
  const home = `--home-dir ${dataDir} --shell /usr/sbin/nologin`;
  const account = (await exists(user)) ? [] : [`useradd --system ${home} ${user}`];
  const data = dataDir.startsWith('/var/lib/') ? [] : [`install -d -m 0700 -o ${user} ${dataDir}`];
  const settings = existsSync(environmentFile)
    ? []
    : [
        `install -D -m 0600 /dev/null ${environmentFile}`,
        `editor ${environmentFile}   # DATABASE_URL=postgres://USER:PASSWORD@HOST:5432/DATABASE`,
      ];
  const link = path.startsWith('/etc/systemd/system/') ? [] : [`systemctl link ${path}`];
  return [
    ...account,
    ...data,
    ...settings,
    ...link,
    'systemctl daemon-reload',
    `systemctl enable --now ${name}`,
    `journalctl -u ${name}   # the link that makes the first administrator, once, within a day`,
  ];
}

/** Whether there is an account (getent(1): 2 where there is none). */
async function exists(user: string): Promise<boolean> {
  return await promisify(execFile)('getent', ['passwd', user], { timeout: 5000 }).then(
    () => true,
    () => false,
  );
}

function usage(place: string, reason: string): SealiftError {
  return new SealiftError('USAGE', { values: { reason }, place });
}
