import { canonicalJson } from '@sealift/core/canonical-json';
import { z } from 'zod';

/** One thing that kubeadm does on a machine that joins. */
export interface KubeadmSetting {
  /** Where it stands, without its value, which may be a secret: `apiServer.extraArgs.profiling`, `files./etc/motd`. */
  readonly place: string;
  /** Two that are the same have the same text. */
  readonly value: string;
  /** Whether it is about workers too. */
  readonly everywhere: boolean;
  /** Why its value does not tell what a machine gets, as the end of a sentence; undefined where it does. */
  readonly untold?: string | undefined;
  /** How it is written; undefined for what is not understood. */
  readonly write?: KubeadmWrite | undefined;
}

/** A member of a list, or of the arguments, at a path of Cluster API's `kubeadmConfigSpec`. */
export type KubeadmWrite =
  | { readonly kind: 'argument'; readonly at: Path; readonly name: string; readonly values: readonly string[] }
  /** An item has a member that names it. */
  | { readonly kind: 'item'; readonly at: Path; readonly by: 'name' | 'path'; readonly item: NamedItem }
  /** A text stands for itself. */
  | { readonly kind: 'text'; readonly at: Path; readonly text: string };
type Path = readonly string[];
type NamedItem = Readonly<Record<string, unknown>>;

/** Settings by a key that is the same wherever they are written. */
export type KubeadmSettings = ReadonlyMap<string, KubeadmSetting>;

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const pair = z.object({ name: z.string(), value: scalar.nullish() });

/** `extraArgs`: a map in Cluster API's v1beta1 and in packs, a list in v1beta2, where a name may stand several times. */
export const argumentsSchema = z
  .union([
    z.record(z.string(), scalar).transform((map) => Object.entries(map)),
    z.array(pair).transform((list) => list.map(({ name, value }) => [name, value ?? ''] as [string, string])),
  ])
  .transform((pairs) => {
    const values = new Map<string, string[]>();
    for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value]);
    return values;
  });

export const volumesSchema = z.array(
  z.object({
    name: z.string(),
    hostPath: z.string(),
    mountPath: z.string(),
    readOnly: z.boolean().nullish(),
    pathType: z.string().nullish(),
  }),
);

export const commandsSchema = z.array(z.string());

/** A file on a machine; without `content` it comes from elsewhere, or is packed. */
export interface MachineFile {
  readonly path: string;
  readonly owner?: string | null | undefined;
  readonly permissions?: string | null | undefined;
  readonly append?: boolean | null | undefined;
  readonly content: string | undefined;
}

type Entries = readonly (readonly [string, KubeadmSetting])[];

/** Whether a key is in a part that could not be read, which is named as a whole. */
export function isUnread(settings: KubeadmSettings, key: string): boolean {
  return [1, 2, 3].some((deep) => settings.get(key.split(/[. ]/, deep).join('.'))?.untold !== undefined);
}

export function argumentSettings(
  place: string,
  everywhere: boolean,
  values: ReadonlyMap<string, readonly string[]>,
): Entries {
  const at = pathOf(place);
  return [...values].map(([name, given]) =>
    setting(`${place}.${name}`, {
      everywhere,
      value: canonicalJson(given),
      write: { kind: 'argument', at, name, values: given },
    }),
  );
}

export function volumeSettings(place: string, volumes: z.infer<typeof volumesSchema>): Entries {
  const at = pathOf(place);
  return volumes.map((item) => {
    const { name, hostPath, mountPath, readOnly, pathType } = item;
    const value = { hostPath, mountPath, readOnly: readOnly ?? false, pathType: pathType ?? '' };
    return setting(`${place}.${name}`, {
      everywhere: false,
      value: canonicalJson(value),
      write: { kind: 'item', at, by: 'name', item: withoutNothing(item) },
    });
  });
}

/** Names of the API server's certificate: each is there or not. */
export function nameSettings(place: string, names: readonly string[]): Entries {
  const at = pathOf(place);
  return names.map((text) =>
    setting(`${place}.${text}`, { everywhere: false, value: '', write: { kind: 'text', at, text } }),
  );
}

/** Each command is there or not; in which order is not told. */
export function commandSettings(place: string, commands: readonly string[]): Entries {
  const at = pathOf(place);
  return commands.map((text, index) => [
    `${place} ${text}`,
    { place: `${place}[${index}]`, value: '', everywhere: true, write: { kind: 'text', at, text } },
  ]);
}

/** Owner and permissions that are not given are those of cloud-init's `write_files`. */
export function fileSettings(files: readonly MachineFile[]): Entries {
  return files.map((file) => {
    const { path, owner, permissions, append, content } = file;
    const value = {
      owner: owner ?? 'root:root',
      permissions: permissions ?? '0644',
      append: append ?? false,
      // Block texts end in a line break or not, as their indicator says.
      content: (content ?? '').replace(/\n+$/, ''),
    };
    const untold = content === undefined ? 'its content comes from elsewhere, or is packed' : undefined;
    const item = withoutNothing({ path, owner, permissions, append, content: content === '' ? undefined : content });
    const write = { kind: 'item', at: pathOf('files'), by: 'path', item } as const;
    return [`files.${path}`, { place: `files.${path}`, value: canonicalJson(value), everywhere: true, untold, write }];
  });
}

/** Where what stands at a place of the values is written. */
function pathOf(place: string): Path {
  if (place === 'kubeletExtraArgs') return ['joinConfiguration', 'nodeRegistration', 'kubeletExtraArgs'];
  return place.includes('.') ? ['clusterConfiguration', ...place.split('.')] : [place];
}

function withoutNothing(item: NamedItem): NamedItem {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined && value !== null));
}

function setting(place: string, rest: Omit<KubeadmSetting, 'place'>): readonly [string, KubeadmSetting] {
  return [place, { place, ...rest }];
}
