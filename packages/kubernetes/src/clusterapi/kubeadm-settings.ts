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
}

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

export function argumentSettings(
  place: string,
  everywhere: boolean,
  values: ReadonlyMap<string, readonly string[]>,
): Entries {
  return [...values].map(([name, given]) => setting(`${place}.${name}`, everywhere, canonicalJson(given)));
}

export function volumeSettings(place: string, volumes: z.infer<typeof volumesSchema>): Entries {
  return volumes.map(({ name, hostPath, mountPath, readOnly, pathType }) => {
    const value = { hostPath, mountPath, readOnly: readOnly ?? false, pathType: pathType ?? '' };
    return setting(`${place}.${name}`, false, canonicalJson(value));
  });
}

/** Names of the API server's certificate: each is there or not. */
export function nameSettings(place: string, names: readonly string[]): Entries {
  return names.map((name) => setting(`${place}.${name}`, false, ''));
}

/** Each command is there or not; in which order is not told. */
export function commandSettings(place: string, commands: readonly string[]): Entries {
  return commands.map((command, index) => [
    `${place} ${command}`,
    { place: `${place}[${index}]`, value: '', everywhere: true },
  ]);
}

/** Owner and permissions that are not given are those of cloud-init's `write_files`. */
export function fileSettings(files: readonly MachineFile[]): Entries {
  return files.map(({ path, owner, permissions, append, content }) => {
    const value = {
      owner: owner ?? 'root:root',
      permissions: permissions ?? '0644',
      append: append ?? false,
      // Block texts end in a line break or not, as their indicator says.
      content: (content ?? '').replace(/\n+$/, ''),
    };
    const untold = content === undefined ? 'its content comes from elsewhere, or is packed' : undefined;
    const [key, file] = setting(`files.${path}`, true, canonicalJson(value));
    return [key, { ...file, untold }];
  });
}

function setting(place: string, everywhere: boolean, value: string): readonly [string, KubeadmSetting] {
  return [place, { place, value, everywhere }];
}
