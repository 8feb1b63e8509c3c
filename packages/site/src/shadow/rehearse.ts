import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { minorsBetween } from '@sealift/core/planner';
import { minorOf } from '@sealift/core/rehearsal';
import { type SnapshotSource, saveEtcdSnapshot } from '../backup/save-etcd-snapshot.ts';
import { type NotServing, type ShadowServer, startServer } from './api-server.ts';
import { type ClusterFlags, clusterFlags, emulating, type Flags, flagParts, shadowFlags } from './cluster-flags.ts';
import { collectionsOf, isExamined, pairsOf } from './collections.ts';
import { type Counts, examine, type Examination, identitiesOf } from './examine.ts';
import { type Finding, Findings } from './finding.ts';
import { findOrphans } from './orphans.ts';
import { askProgram, programFailed, type StorePrograms } from './programs.ts';
import { startStore, type Store } from './store.ts';
import { storedEntry } from './stored-object.ts';
import { inWorkFolder } from './work-folder.ts';

export interface RehearsalOptions {
  /** A file as `etcdctl snapshot save` writes it, or the cluster that one is taken of, into the folder of the copies. */
  readonly snapshot: string | SnapshotSource;
  readonly store: StorePrograms;
  /** The API server of the version that the cluster runs. */
  readonly running: string;
  /** The API server of the version that it is to run: of the next minor, of the one before, or the same without its emulation. */
  readonly other: string;
  /** Whether one of the next minor is tried as what it is, and not as it emulates the running one. */
  readonly native?: boolean | undefined;
  /** Whether the running version is started once more, on the copy that the other one has served: as a control plane that goes back. */
  readonly andBack?: boolean | undefined;
  /** Told of what is done next, in words. */
  readonly onStage?: ((stage: string) => void) | undefined;
  /** For the throw-away copies; the system's folder for temporary files without it. */
  readonly folder?: string | undefined;
  /** How long an API server may take to serve. */
  readonly readyMs?: number | undefined;
  readonly cancel: AbortSignal;
}

/** What was found on one way. */
export interface Way extends Readonly<Omit<Counts, 'unread'>> {
  /** Whether the API server that was tried served, so that objects were looked at. */
  readonly served: boolean;
  readonly findings: readonly Finding[];
  /** Keys in etcd that were looked at. */
  readonly keys: number;
  /** Of them, those of which nobody can tell what they are: encrypted ones. */
  readonly untold: number;
  /** Collections that neither server could list. */
  readonly unread: readonly string[];
}

/** What a rehearsal found; nothing of the cluster was touched. */
export interface Rehearsal extends Way {
  readonly running: string;
  readonly other: string;
  /** The minor that the other API server emulates. */
  readonly emulated: string | null;
  /** Extra arguments of the cluster's API servers that are about its machines, and so were only checked for being known. */
  readonly leftOut: readonly string[];
  /** The way back from there; null where it was not asked for, or the other one never served. */
  readonly back: Way | null;
}

const usualReadyMs = 120_000;
const longestMs = 30 * 60_000;
const configKey = '/registry/configmaps/kube-system/kubeadm-config';

/**
 * Starts the API server of another minor on a copy of all that a cluster stores, with the cluster's own flags, and says what would be lost or stop
 * working: before the control plane goes there, or back. Beside it runs the version of today on a copy of its own, so that what is no matter
 * of the version is not taken for one.
 *
 * @throws REHEARSAL_…, ETCD_SNAPSHOT_FAILED, KUBERNETES_…, CANCELLED
 */
export async function rehearse(options: RehearsalOptions): Promise<Rehearsal> {
  const deadline = AbortSignal.timeout(longestMs);
  const cancel = AbortSignal.any([options.cancel, deadline]);
  try {
    const versions = await versionsOf(options, cancel);
    return await inWorkFolder(options.folder, (folder) => rehearseIn(folder, { ...options, cancel }, versions));
  } catch (error) {
    if (!deadline.aborted || options.cancel.aborted) throw error;
    throw new SealiftError('REHEARSAL_TOO_LONG', { values: { minutes: longestMs / 60_000 }, cause: error });
  }
}

interface Versions {
  readonly running: string;
  readonly other: string;
  readonly emulated: string | undefined;
}

async function versionsOf(options: RehearsalOptions, cancel: AbortSignal): Promise<Versions> {
  const versionOf = async (program: string): Promise<string> => {
    const { version, refusal } = await askProgram(program, [], cancel);
    if (version === undefined) throw programFailed(program, refusal ?? 'it does not tell its version');
    return version;
  };
  const [running, other] = [await versionOf(options.running), await versionOf(options.other)];
  const steps = minorsBetween(running, other);
  if (Math.abs(steps) > 1) throw programFailed(options.other, `${other} is more than one minor away from ${running}`);
  const emulated = steps === 1 && options.native !== true ? minorOf(running) : undefined;
  return { running, other, emulated };
}

async function rehearseIn(folder: string, options: RehearsalOptions, versions: Versions): Promise<Rehearsal> {
  const { cancel, onStage: stage = () => undefined } = options;
  if (typeof options.snapshot !== 'string') stage('taking a snapshot of etcd');
  const snapshot = await snapshotFile(options, folder);
  const started: { stop(): Promise<void> }[] = [];
  const shadow = async (name: string): Promise<Shadow> => {
    const own = join(folder, name);
    for (const made of [own, join(own, 's'), join(own, 'k'), join(own, 'b')]) await mkdir(made, { mode: 0o700 });
    const store = await startStore(snapshot, options.store, join(own, 's'), cancel);
    started.push(store);
    return { store, folder: join(own, 'k'), folderForBack: join(own, 'b') };
  };
  try {
    stage('restoring the snapshot into two copies');
    const [mine, theirs] = [await shadow('r'), await shadow('o')];
    const cluster = await readFlags(mine.store, snapshot, cancel);
    const { flags, leftOut } = shadowFlags(cluster.extra);
    const { running: from, other: to, emulated } = versions;
    const report = (way: Way, back: Way | null = null): Rehearsal => {
      return { running: from, other: to, emulated: emulated ?? null, ...way, leftOut, back };
    };
    const whole = flagParts(emulating(cluster.extra, emulated));
    const { refusal } = await askProgram(options.other, whole, cancel);
    if (refusal !== undefined) return report(notServed({ kind: 'exits', text: refusal }, to));
    const start = (program: string, at: { readonly store: Store; readonly folder: string }, given: Flags) =>
      startServer({
        program,
        flags: given,
        serviceSubnet: cluster.serviceSubnet,
        store: at.store.address,
        folder: at.folder,
        readyMs: options.readyMs ?? usualReadyMs,
        cancel,
      });
    stage(`starting ${from} and ${to}`);
    const [running, other] = await startBoth(
      start(options.running, mine, flags),
      start(options.other, theirs, emulating(flags, emulated)),
      (server) => started.unshift(server),
    );
    if ('kind' in running) throw programFailed(options.running, running.text);
    if ('kind' in other) return report(notServed(other, to));
    stage(`comparing what ${from} and ${to} show, and trying to write it`);
    const forward = await lookAt({ running: running.client, other: other.client }, theirs.store, cancel);
    if (options.andBack !== true) return report(forward);
    stage(`starting ${from} on what ${to} has left`);
    // Two of them on one store would tell of neither.
    await other.stop();
    const returned = await start(options.running, { store: theirs.store, folder: theirs.folderForBack }, flags);
    if ('kind' in returned) return report(forward, notServed(returned, from));
    started.unshift(returned);
    stage(`comparing what ${from} shows after ${to} with what it shows now`);
    return report(forward, await lookAt({ running: running.client, other: returned.client }, theirs.store, cancel));
  } finally {
    for (const one of started) await one.stop();
  }
}

/** A copy of the cluster, with folders for the API servers that are started on it. */
interface Shadow {
  readonly store: Store;
  readonly folder: string;
  readonly folderForBack: string;
}

function notServed({ kind, text }: NotServing, version: string): Way {
  const findings = new Findings();
  findings.add(kind, `kube-apiserver ${version}`, text, '');
  const nothing = { objects: 0, written: 0, refusedByBoth: 0, unread: [], keys: 0, untold: 0 };
  return { served: false, findings: findings.all, ...nothing };
}

/** Compares all that two servers show, and what is stored with what the second one shows. */
async function lookAt(
  servers: Pick<Examination, 'running' | 'other'>,
  store: Store,
  cancel: AbortSignal,
): Promise<Way> {
  const findings = new Findings();
  const counts: Counts = { objects: 0, written: 0, refusedByBoth: 0, unread: [] };
  const shown = await examineAll({ ...servers, findings, counts, cancel }).catch((error: unknown) => {
    // It is none of the cluster's servers that is meant, nor its kubeconfig.
    if (isSealiftError(error) && error.code.startsWith('KUBERNETES_'))
      throw programFailed('kube-apiserver', error.message);
    throw error;
  });
  const stored = await findOrphans(store.read('/registry/', cancel), shown.identities, shown.unreadKinds, findings);
  return { served: true, findings: findings.all, ...counts, ...stored };
}

async function snapshotFile({ snapshot, cancel }: RehearsalOptions, folder: string): Promise<string> {
  if (typeof snapshot === 'string') return snapshot;
  return (await saveEtcdSnapshot(snapshot, join(folder, 'cluster.snapshot'), cancel)).path;
}

/** Waits for both, so that neither is left behind, and takes note of those that run. */
async function startBoth<Result>(
  first: Promise<ShadowServer | Result>,
  second: Promise<ShadowServer | Result>,
  started: (server: ShadowServer) => void,
): Promise<readonly [ShadowServer | Result, ShadowServer | Result]> {
  const ends = await Promise.allSettled([first, second]);
  for (const end of ends) if (end.status === 'fulfilled' && isServer(end.value)) started(end.value);
  const [a, b] = ends;
  if (a.status === 'rejected') throw a.reason;
  if (b.status === 'rejected') throw b.reason;
  return [a.value, b.value];
}

function isServer(value: unknown): value is ShadowServer {
  return typeof value === 'object' && value !== null && 'client' in value;
}

async function readFlags(store: Store, snapshot: string, cancel: AbortSignal): Promise<ClusterFlags> {
  const unusable = (reason: string, cause?: unknown): SealiftError =>
    new SealiftError('REHEARSAL_SNAPSHOT_UNUSABLE', { values: { path: snapshot, reason }, place: snapshot, cause });
  for await (const { key, value } of store.read(configKey, cancel)) {
    const text = key === configKey ? storedEntry(value, 'ClusterConfiguration') : undefined;
    if (text === undefined) continue;
    try {
      return clusterFlags(text);
    } catch (error) {
      throw unusable('its ConfigMap kube-system/kubeadm-config is not of the form that kubeadm writes', error);
    }
  }
  throw unusable(
    'it holds no ConfigMap kube-system/kubeadm-config that can be read, so how its API servers are started is not known',
  );
}

async function examineAll(
  examination: Parameters<typeof examine>[1],
): Promise<{ readonly identities: ReadonlySet<string>; readonly unreadKinds: ReadonlySet<string> }> {
  const { running, other, counts, cancel } = examination;
  const [mine, theirs] = [await collectionsOf(running, cancel), await collectionsOf(other, cancel)];
  const pairs = pairsOf(mine.filter(isExamined), theirs.filter(isExamined));
  const identities = new Set<string>();
  for (const pair of pairs) for (const one of await examine(pair, examination)) identities.add(one);
  const paired = new Set(pairs.map(({ running: { group, plural } }) => `${plural}.${group}`));
  for (const collection of theirs.filter(isExamined)) {
    if (paired.has(`${collection.plural}.${collection.group}`)) continue;
    // What only the other server serves is in reach there.
    for (const one of await identitiesOf(other, collection, cancel)) identities.add(one);
  }
  const unreadKinds = new Set(theirs.filter(({ path }) => counts.unread.includes(path)).map(({ kind }) => kind));
  return { identities, unreadKinds };
}
