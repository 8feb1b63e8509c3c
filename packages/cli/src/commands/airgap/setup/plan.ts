import { stat } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { SealiftError } from '@sealift/core/errors';
import { copyExecutable } from '@sealift/bundle/install-executable';
import { isMissing } from '@sealift/io/file-errors';
import { writeFileAtomically } from '@sealift/io/durable-file';
import { type CheckedCertificate, checkGivenCertificate } from '@sealift/registry/given-certificate';
import { hiddenPlaces } from '../../../units/unit-text.ts';
import { compareUnit, verifyUnit } from '../../../units/unit-file.ts';
import type { CliContext } from '../../../context.ts';
import { ownerOf } from '../host/account.ts';
import { makeCertificate, readAuthority } from '../host/authority-store.ts';
import { isGood, putCertificate, readCurrent, readTrusted } from '../host/certificate-store.ts';
import { giveTree, makeHostFolder, type Owner } from '../host/host-file.ts';
import type { HostFolder } from '../host/host-folder.ts';
import { type HostState, readState, writeState } from '../host/host-state.ts';
import { type Executable, givenExecutable } from '../host/own-executable.ts';
import { makeUsers, type NewPassword, readUsers } from '../host/passwords.ts';
import { assertRoom } from '../host/room.ts';
import { assertFreePort } from './free-port.ts';
import { type SetupOptions, settingsOf } from './settings.ts';
import { hostUnits } from './units.ts';

/** One thing that a setup writes. */
export interface SetupItem {
  readonly path: string;
  readonly what: string;
  readonly act: () => Promise<void>;
}

/** All that a setup would do, found out without a change. */
export interface SetupPlan {
  readonly state: HostState;
  /** What the services are started with. */
  readonly program: string;
  /** In order; empty where everything is there. */
  readonly items: readonly SetupItem[];
  /** Filled while the items are carried out. */
  readonly passwords: NewPassword[];
  readonly remarks: readonly string[];
}

const smallFilesBytes = 16 * 1024 * 1024;

/**
 * Looks at what is there and what was given, and refuses what cannot be done before anything is written.
 *
 * @throws what `settingsOf`, `checkGivenCertificate`, `accountOf` and `verifyUnit` throw; AIRGAP_PORT_TAKEN, AIRGAP_NO_ROOM, AIRGAP_EXECUTABLE, UNIT_FOREIGN
 */
export async function planSetup(
  host: string,
  options: SetupOptions,
  folder: HostFolder,
  context: CliContext,
): Promise<SetupPlan> {
  const found = await readState(folder);
  const source = await givenExecutable(options.executable);
  const ground = { found, folder: folder.root, hasExecutable: source !== undefined, env: context.env };
  const state = settingsOf(host, options, ground);
  const isNew = found?.phase !== 'done';
  const given = await givenCertificate(options, state, context);
  const owner = await ownerOf(state.account);
  const needed = await neededExecutable(folder, state, source, isNew);
  const program = state.executable ? folder.executable : 'sealift';
  const remarks = await checkUnits(folder, state, needed ?? source, context);
  if (isNew) {
    const mayBeLow = state.units?.scope === 'system';
    await assertFreePort(state.listen, state.registryPort, mayBeLow);
    await assertFreePort(state.listen, state.filesPort, mayBeLow);
    await assertRoom(folder.root, smallFilesBytes + (needed?.sizeBytes ?? 0));
  }
  const passwords: NewPassword[] = [];
  const items = [
    ...(await folderItems(folder, state, owner, found)),
    ...(await executableItems(folder, needed)),
    ...(await certificateItems(folder, state, given, owner, isNew)),
    ...(await userItems(folder, owner, isNew, passwords)),
    ...(await unitItems(folder, state, program)),
  ];
  if (!isDeepStrictEqual(found, { ...state, phase: 'done' })) {
    items.push({
      path: folder.state,
      what: 'what this host is set up with',
      act: () => writeState(folder, { ...state, phase: 'done' }),
    });
  }
  return { state: { ...state, phase: 'done' }, program, items, passwords, remarks };
}

async function givenCertificate(
  { cert, key, ca }: SetupOptions,
  { names }: HostState,
  { env }: CliContext,
): Promise<CheckedCertificate | undefined> {
  if (cert === undefined || key === undefined) return undefined;
  return await checkGivenCertificate({ cert, key, ca }, names, env);
}

/** What has to be copied; undefined where it is there, or the services run out of a checkout. */
async function neededExecutable(
  folder: HostFolder,
  state: HostState,
  source: Executable | undefined,
  isNew: boolean,
): Promise<Executable | undefined> {
  if (!state.executable) {
    if (state.units === null) return undefined;
    const reason = 'it is Node.js, which runs sealift from a checkout, and a unit needs one that stays';
    throw new SealiftError('AIRGAP_EXECUTABLE', { values: { path: process.execPath, reason }, place: '--executable' });
  }
  return isNew || !(await exists(folder.executable)) ? source : undefined;
}

async function checkUnits(
  folder: HostFolder,
  state: HostState,
  source: Executable | undefined,
  context: CliContext,
): Promise<readonly string[]> {
  const { units } = state;
  if (units === null) return [];
  if (units.scope === 'system' && hiddenPlaces.test(folder.root)) {
    const reason = `${folder.root} lies where the units hide everything from the services (/home, /root, /tmp)`;
    throw new SealiftError('USAGE', { values: { reason }, place: '--dir' });
  }
  const remarks: string[] = [];
  const startsWith = (await exists(folder.executable)) ? folder.executable : (source?.path ?? folder.executable);
  for (const unit of hostUnits(folder, state, startsWith)) {
    // The folders that it names may come with this setup.
    const text = unit.text.replace(/^WorkingDirectory=.*\n/m, '');
    remarks.push(...(await verifyUnit(unit.path, text, context.cancel, units.scope === 'user')));
  }
  return remarks;
}

async function folderItems(
  folder: HostFolder,
  state: HostState,
  owner: Owner | undefined,
  found: HostState | undefined,
): Promise<SetupItem[]> {
  const items: SetupItem[] = [];
  const isForOthers = owner !== undefined;
  const add = async (path: string, what: string, mode: number, whose?: Owner): Promise<void> => {
    const isThere = await isOf(path, whose);
    if (!isThere) items.push({ path, what, act: () => makeHostFolder(path, mode, whose) });
  };
  if (found?.phase !== 'done') {
    items.push({
      path: folder.root,
      what: 'the folder of the support host',
      act: async () => {
        await makeHostFolder(folder.root, isForOthers ? 0o755 : 0o700);
        // First of all: the next run knows that this one was begun.
        await writeState(folder, { ...state, phase: 'begun' });
      },
    });
  }
  await add(folder.registry, 'what the registry holds', 0o700, owner);
  await add(folder.files, 'what the file server gives out', 0o750, owner);
  await add(folder.run, 'what services say of themselves', 0o755, owner);
  if (owner !== undefined && (found?.account ?? null) === null && found !== undefined) {
    items.push({
      path: folder.root,
      what: `what services write to, given to ${state.account ?? ''}`,
      act: async () => {
        await makeHostFolder(folder.root, 0o755);
        for (const path of [folder.registry, folder.files, folder.run]) await giveTree(path, owner);
        await giveSecrets(folder, owner);
      },
    });
  }
  return items;
}

/** Files that a service reads and nobody else: those that are there already. */
async function giveSecrets(folder: HostFolder, owner: Owner): Promise<void> {
  for (const path of [folder.users, `${folder.current}/key.pem`]) {
    if (await exists(path)) await giveTree(path, owner);
  }
}

async function executableItems(folder: HostFolder, needed: Executable | undefined): Promise<SetupItem[]> {
  if (needed === undefined) return [];
  const act = async (): Promise<void> => {
    await makeHostFolder(`${folder.root}/bin`, 0o755);
    await copyExecutable(needed.path, folder.executable);
  };
  return [{ path: folder.executable, what: 'the executable that the services run', act }];
}

async function certificateItems(
  folder: HostFolder,
  state: HostState,
  given: CheckedCertificate | undefined,
  owner: Owner | undefined,
  isNew: boolean,
): Promise<SetupItem[]> {
  const current = await readCurrent(folder);
  const isThere = current !== undefined && isGood(current, state.names);
  if (!isNew && given !== undefined && isThere && given.chain !== current.chain) {
    const values = { folder: folder.root, found: 'another certificate', wanted: 'the one that is given' };
    throw new SealiftError('AIRGAP_SET_UP_OTHERWISE', {
      values,
      hint: 'Have the services take it with `sealift airgap rotate certificates --cert FILE --key FILE`.',
    });
  }
  const isWanted = given === undefined || given.chain === current?.chain;
  if (isThere && isWanted && (await readTrusted(folder)) !== '') return [];
  // Another authority would be one that no client trusts.
  const isOurs = state.certificate === 'made' && (isNew || (await readAuthority(folder)) !== undefined);
  if (given === undefined && !isOurs) {
    throw new SealiftError('AIRGAP_AUTHORITY_MISSING', { values: { folder: folder.root } });
  }
  const act = async (): Promise<void> => {
    await putCertificate(folder, given ?? (await makeCertificate(folder, state.names)), owner);
  };
  return [
    { path: folder.current, what: `the certificate for ${state.names.join(', ')}`, act },
    { path: folder.ca, what: 'what clients have to trust', act: () => Promise.resolve() },
  ];
}

async function userItems(
  folder: HostFolder,
  owner: Owner | undefined,
  isNew: boolean,
  passwords: NewPassword[],
): Promise<SetupItem[]> {
  // What a setup made that did not come to its end was never shown.
  if (!isNew && (await readUsers(folder)) !== undefined) return [];
  const act = async (): Promise<void> => void passwords.push(...(await makeUsers(folder, owner)));
  return [{ path: folder.users, what: 'users, with hashes of new passwords', act }];
}

async function unitItems(folder: HostFolder, state: HostState, program: string): Promise<SetupItem[]> {
  const items: SetupItem[] = [];
  for (const { path, text } of hostUnits(folder, state, program)) {
    const change = await compareUnit(path, text);
    if (change === 'unchanged') continue;
    items.push({ path, what: 'the unit of a service', act: () => writeFileAtomically(path, text, 0o644) });
  }
  return items;
}

/** Whether there is something, and it belongs to this account, where one is named: a run may have been cut off between the two. */
async function isOf(path: string, owner: Owner | undefined): Promise<boolean> {
  if (!(await exists(path))) return false;
  return owner === undefined || (await stat(path)).uid === owner.uid;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
