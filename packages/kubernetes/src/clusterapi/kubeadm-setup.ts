import { createHash } from 'node:crypto';
import { isMembers, type Members } from '../objects/merge-patch.ts';
import { settingsIn } from './kubeadm-config.ts';
import { isUnread, type KubeadmSetting, type KubeadmSettings, type KubeadmWrite } from './kubeadm-settings.ts';

/** How extra arguments are written: a map in Cluster API's v1beta1, a list since v1beta2. */
export type ArgumentForm = 'map' | 'list';

/** A configuration as it becomes, and which of its settings were written so. */
export interface SetUp {
  readonly config: Members;
  /** Digests of settings with their values, sorted. */
  readonly own: readonly string[];
}

/**
 * Makes settings hold in a kubeadm configuration (Cluster API's `kubeadmConfigSpec`). What was written so before, is as it was written, and is
 * not asked for any more goes; everything else stays. What is not understood, on either side, is left alone.
 *
 * @param own what was written before
 */
export function setUp(config: Members, asked: KubeadmSettings, own: ReadonlySet<string>, form: ArgumentForm): SetUp {
  const now = settingsIn(config);
  const isOwn = (key: string, setting: KubeadmSetting): boolean => own.has(digestOfSetting(key, setting));
  const leaving = [...now].flatMap(([key, setting]) => {
    const goes = !asked.has(key) && !isUnread(asked, key) && isOwn(key, setting);
    return goes && setting.write !== undefined ? [setting.write] : [];
  });
  const coming = [...asked].flatMap(([key, setting]) => {
    const { write, value } = setting;
    const there = now.get(key);
    const isLeft = there?.untold !== undefined || there?.value === value;
    return write === undefined || isLeft || !isWritable(setting, form) ? [] : [{ key, write }];
  });
  let after = config;
  for (const write of leaving) after = changedAt(after, write.at, (value) => without(value, write));
  for (const { write } of coming) after = changedAt(after, write.at, (value) => withWrite(value, write, form));
  after = ordered(
    after,
    [...asked.values()],
    coming.map(({ write }) => write),
  );
  const written = new Set(coming.map(({ key }) => key));
  const kept = [...settingsIn(after)].filter(([key, setting]) => written.has(key) || isOwn(key, setting));
  return { config: after, own: kept.map(([key, setting]) => digestOfSetting(key, setting)).toSorted() };
}

/** Whether a setting can be written: it is understood, and the form has room for it. */
export function isWritable({ untold, write }: KubeadmSetting, form: ArgumentForm): boolean {
  if (untold !== undefined || write === undefined) return false;
  // A map has one value for a name.
  return form === 'list' || write.kind !== 'argument' || write.values.length === 1;
}

/** What is asked for as a whole: two that are the same have the same digest. */
export function digestOfSettings(asked: KubeadmSettings): string {
  const all = [...asked].filter(([, { untold }]) => untold === undefined);
  return hashed(all.map(([key, setting]) => digestOfSetting(key, setting)).join(' '));
}

function digestOfSetting(key: string, { value }: KubeadmSetting): string {
  return hashed(JSON.stringify([key, value])).slice(0, 16);
}

function hashed(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Gives an argument one value, or takes it away where that is undefined; what holds nothing then goes with it. */
export function withArgument(
  config: Members,
  { at, name, value, form }: { at: readonly string[]; name: string; value: string | undefined; form: ArgumentForm },
): Members {
  const write = { kind: 'argument', at, name, values: value === undefined ? [] : [value] } as const;
  return changedAt(config, at, (now = []) => (value === undefined ? without(now, write) : withWrite(now, write, form)));
}

/** Gives a member one text, or takes it away where that is undefined; what holds nothing then goes with it. */
export function withText(config: Members, at: readonly string[], name: string, text: string | undefined): Members {
  return changedAt(config, at, (now) => {
    const { [name]: _, ...others } = isMembers(now) ? now : {};
    return text === undefined ? others : { ...others, [name]: text };
  });
}

/** What holds it goes with its last member. */
function changedAt(value: unknown, [first, ...rest]: readonly string[], change: (value: unknown) => unknown): Members {
  const members = isMembers(value) ? value : {};
  if (first === undefined) throw new TypeError('a setting has a path');
  const inner = Object.hasOwn(members, first) ? members[first] : undefined;
  const changed = rest.length === 0 ? change(inner) : changedAt(inner, rest, change);
  const { [first]: _, ...others } = members;
  return isEmpty(changed) ? others : { ...members, [first]: changed };
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : isMembers(value) && Object.keys(value).length === 0;
}

function without(value: unknown, write: KubeadmWrite): unknown {
  if (Array.isArray(value)) return value.filter((one) => !isOf(one, write));
  if (write.kind !== 'argument' || !isMembers(value)) return value;
  const { [write.name]: _, ...others } = value;
  return others;
}

function withWrite(value: unknown, write: KubeadmWrite, form: ArgumentForm): unknown {
  if (write.kind === 'argument' && form === 'map') {
    return { ...(isMembers(value) ? value : {}), [write.name]: write.values[0] ?? '' };
  }
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  const at = list.findIndex((one) => isOf(one, write));
  const others = list.filter((one) => !isOf(one, write));
  return at < 0 ? [...list, ...itemsOf(write)] : others.toSpliced(at, 0, ...itemsOf(write));
}

function itemsOf(write: KubeadmWrite): readonly unknown[] {
  if (write.kind === 'argument') return write.values.map((value) => ({ name: write.name, value }));
  return [write.kind === 'item' ? write.item : write.text];
}

function isOf(one: unknown, write: KubeadmWrite): boolean {
  if (write.kind === 'text') return one === write.text;
  if (!isMembers(one)) return false;
  return write.kind === 'argument' ? one['name'] === write.name : one[write.by] === write.item[write.by];
}

/** Where a text came, all that are asked for stand behind what else is there, in the order in which they are asked for: commands build on each other. */
function ordered(config: Members, asked: readonly KubeadmSetting[], coming: readonly KubeadmWrite[]): Members {
  const places = new Map(coming.flatMap((write) => (write.kind === 'text' ? [[write.at.join('.'), write.at]] : [])));
  let after = config;
  for (const at of places.values()) {
    const texts = asked.flatMap(({ write, untold }) =>
      write?.kind === 'text' && untold === undefined && write.at.join('.') === at.join('.') ? [write.text] : [],
    );
    const wanted = new Set<unknown>(texts);
    after = changedAt(after, at, (value) =>
      Array.isArray(value) ? [...value.filter((one) => !wanted.has(one)), ...wanted] : value,
    );
  }
  return after;
}
