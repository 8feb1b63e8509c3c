import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { reasonOf } from '@sealift/core/errors';
import { DocumentError, readYamlDocument } from '@sealift/core/document';
import { isMissing } from '@sealift/io/file-errors';
import { invalidConfig } from './invalid-config.ts';
import { type Kubeconfig, type KubeconfigCluster, kubeconfigSchema, type KubeconfigUser } from './kubeconfig-schema.ts';
import { readSmallFile } from './small-file.ts';

const maxLength = 8 * 1024 * 1024;

/** One context of a kubeconfig, the paths in it absolute. */
export interface KubeconfigContext {
  readonly cluster: KubeconfigCluster;
  readonly user: KubeconfigUser;
  /** For errors: `the user "admin" of /root/.kube/config`. */
  readonly userName: string;
}

/**
 * Which files are read: the one that is given; else those that `KUBECONFIG` lists, of which some may be missing; else `~/.kube/config`.
 *
 * @returns undefined where none of them is there and none was asked for
 * @throws KUBERNETES_CONFIG_INVALID
 */
export async function readKubeconfig(
  given: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  context: string | undefined,
): Promise<KubeconfigContext | undefined> {
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  const asked = given !== undefined && given !== '' ? [given] : listed;
  const paths = asked.length > 0 ? asked : [join(env['HOME'] ?? homedir(), '.kube', 'config')];
  const files: { readonly path: string; readonly config: Kubeconfig }[] = [];
  for (const path of paths) {
    const config = await readOne(path);
    if (config !== undefined) files.push({ path, config: withPaths(config, dirname(resolve(path))) });
  }
  if (files.length > 0) return chooseContext(files, context);
  if (asked.length > 0) throw invalidConfig(`there is no file ${asked.join(', ')}`);
  return undefined;
}

/** @returns undefined where there is no such file */
async function readOne(path: string): Promise<Kubeconfig | undefined> {
  let text: string;
  try {
    text = await readSmallFile(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw invalidConfig(`${path} cannot be read: ${reasonOf(error)}`, error);
  }
  return parseKubeconfig(text, path);
}

/** @param place how people call the text @throws KUBERNETES_CONFIG_INVALID */
export function parseKubeconfig(text: string, place: string): Kubeconfig {
  try {
    const parsed = kubeconfigSchema.safeParse(readYamlDocument(text, maxLength).value);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw invalidConfig(`${place} has another form at ${issue?.path.join('.') ?? ''}`);
  } catch (error) {
    // What a parser says of a text may repeat it; the place is enough.
    if (error instanceof DocumentError) throw invalidConfig(`${place}${error.at} is no YAML of a kubeconfig`);
    throw error;
  }
}

/** The context that is wanted, else the current one, of kubeconfigs that count as one. @throws KUBERNETES_CONFIG_INVALID */
export function chooseContext(
  files: readonly { readonly path: string; readonly config: Kubeconfig }[],
  wanted: string | undefined,
): KubeconfigContext {
  const name =
    wanted ??
    files
      .map(({ config }) => config['current-context'])
      .find((each) => each !== undefined && each !== null && each !== '');
  const from = files.map(({ path }) => path).join(', ');
  if (name === undefined) throw invalidConfig(`${from} names no current context`);
  const named = files.flatMap(({ config }) => config.contexts ?? []);
  const context = named.find((each) => each.name === name)?.context;
  if (context === undefined) {
    const known = named.map((each) => JSON.stringify(each.name)).join(', ');
    throw invalidConfig(`${from} has no context ${JSON.stringify(name)}; it has ${known === '' ? 'none' : known}`);
  }
  const cluster = files
    .flatMap(({ config }) => config.clusters ?? [])
    .find((each) => each.name === context.cluster)?.cluster;
  if (cluster === undefined) throw invalidConfig(`${from} has no cluster of the context ${JSON.stringify(name)}`);
  const user = files.flatMap(({ config }) => config.users ?? []).find((each) => each.name === context.user)?.user;
  if (user === undefined) throw invalidConfig(`${from} has no user of the context ${JSON.stringify(name)}`);
  return { cluster, user, userName: `the user ${JSON.stringify(context.user)} of ${from}` };
}

/** Relative paths are meant from the folder of their file; a command only where it names a folder. */
function withPaths(config: Kubeconfig, folder: string): Kubeconfig {
  const at = (path: string | undefined): string | undefined =>
    path === undefined || path === '' ? undefined : resolve(folder, path);
  return {
    ...config,
    clusters: config.clusters?.map(({ name, cluster }) => ({
      name,
      cluster: { ...cluster, 'certificate-authority': at(cluster['certificate-authority']) },
    })),
    users: config.users?.map(({ name, user }) => ({
      name,
      user: {
        ...user,
        tokenFile: at(user.tokenFile),
        'client-certificate': at(user['client-certificate']),
        'client-key': at(user['client-key']),
        exec: user.exec && {
          ...user.exec,
          command: user.exec.command.includes('/') ? resolve(folder, user.exec.command) : user.exec.command,
        },
      },
    })),
  };
}
