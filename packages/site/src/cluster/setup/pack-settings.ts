import { canonicalJson } from '@sealift/core/canonical-json';
import { readPlain } from '@sealift/core/merge';
import {
  argumentSettings,
  argumentsSchema,
  commandSettings,
  commandsSchema,
  fileSettings,
  type KubeadmSetting,
  type KubeadmSettings,
  nameSettings,
  volumeSettings,
  volumesSchema,
} from '@sealift/kubernetes/kubeadm-settings';
import { isMembers } from '@sealift/kubernetes/merge-patch';
import { z } from 'zod';

type Entries = readonly (readonly [string, KubeadmSetting])[];

/** As packs write files: `path` is where it was made, and `targetPath` where it goes; alone, `path` is both. */
const filesSchema = z.array(
  z
    .object({
      path: z.string().nullish(),
      targetPath: z.string().nullish(),
      owner: z.string().nullish(),
      targetOwner: z.string().nullish(),
      permissions: z.string().nullish(),
      targetPermissions: z.string().nullish(),
      append: z.boolean().nullish(),
      encoding: z.string().nullish(),
      content: z.string().nullish(),
    })
    .transform(({ path, targetPath, ...file }, context) => {
      const at = targetPath ?? path;
      if (at !== null && at !== undefined) return { ...file, path: at };
      context.addIssue({ code: 'custom', message: 'has no path' });
      return z.NEVER;
    }),
);

/** What is understood of `kubeadmconfig`, by its place; undefined where it has another form. */
const readers: Readonly<Record<string, (value: unknown, place: string) => Entries | undefined>> = {
  ...Object.fromEntries(
    ['apiServer', 'controllerManager', 'scheduler'].flatMap((component) => [
      [`${component}.extraArgs`, argumentsOf(false)],
      [`${component}.extraVolumes`, reader(volumesSchema, (volumes, place) => volumeSettings(place, volumes))],
    ]),
  ),
  'apiServer.certSANs': reader(z.array(z.string()), (names, place) => nameSettings(place, names)),
  'etcd.local.extraArgs': argumentsOf(false),
  kubeletExtraArgs: argumentsOf(true),
  files: reader(filesSchema, (files) =>
    fileSettings(
      files.map((file) => ({
        path: file.path,
        owner: file.targetOwner ?? file.owner,
        permissions: file.targetPermissions ?? file.permissions,
        append: file.append,
        content: (file.encoding ?? '') === '' ? (file.content ?? undefined) : undefined,
      })),
    ),
  ),
  preKubeadmCommands: reader(commandsSchema, (commands, place) => commandSettings(place, commands)),
  postKubeadmCommands: reader(commandsSchema, (commands, place) => commandSettings(place, commands)),
};

/**
 * What the values of an `os` or `k8s` pack ask of kubeadm, under `kubeadmconfig`. What is not understood, and what has a macro in it, is there
 * too, and says so.
 *
 * @param name of the layer, before each place
 * @throws MERGE_YAML_INVALID, MERGE_KEY_DUPLICATE, MERGE_TOO_DEEP, MERGE_ALIASES_EXPLODE, INPUT_TOO_LARGE
 */
export function packSettings(values: string, name: string): KubeadmSettings {
  const root = readPlain(values, `the values of ${name}`);
  const config = isMembers(root) ? root['kubeadmconfig'] : undefined;
  const found = settingsAt(config, '').map(([key, setting]) => {
    const hasMacro = key.includes('{{') || setting.value.includes('{{');
    const untold = setting.untold ?? (hasMacro ? 'a macro stands in it' : undefined);
    return [key, { ...setting, place: `${name}: kubeadmconfig.${setting.place}`, untold }] as const;
  });
  return new Map(found);
}

function settingsAt(value: unknown, place: string): Entries {
  if (value === null || value === undefined) return [];
  const read = Object.hasOwn(readers, place) ? readers[place] : undefined;
  if (read !== undefined) return read(value, place) ?? [unknown(value, place, 'it has a form that is not known here')];
  const goesOn = place === '' || Object.keys(readers).some((known) => known.startsWith(`${place}.`));
  if (!goesOn || !isMembers(value)) return [unknown(value, place, 'it is nothing that is known here')];
  return Object.entries(value).flatMap(([key, inner]) => settingsAt(inner, place === '' ? key : `${place}.${key}`));
}

function unknown(value: unknown, place: string, untold: string): readonly [string, KubeadmSetting] {
  return [place, { place, value: canonicalJson(value), everywhere: false, untold }];
}

function argumentsOf(everywhere: boolean) {
  return reader(argumentsSchema, (values, place) => argumentSettings(place, everywhere, values));
}

function reader<Value>(schema: z.ZodType<Value>, settings: (value: Value, place: string) => Entries) {
  return (value: unknown, place: string): Entries | undefined => {
    const parsed = schema.safeParse(value);
    return parsed.success ? settings(parsed.data, place) : undefined;
  };
}
