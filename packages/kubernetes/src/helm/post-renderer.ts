import { access, constants, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { makeFolder } from '@sealift/io/make-folder';
import type { PrivateFolder } from './private-folder.ts';

/** Where `cat` is (POSIX leaves it open; one of these has it on any Linux with a shell). */
const places = ['/bin/cat', '/usr/bin/cat'] as const;
const name = 'manifests';

/**
 * Makes helm install these manifests in the place of what it rendered, through the one way that it has for that: a post-renderer, which in
 * Helm 4 is a plugin (Helm, "Migrate v3 Plugins to Helm 4"). This one prints a file. Hooks go through it too.
 *
 * @returns what an upgrade is told
 * @throws HELM_OTHER where there is no program to print it
 */
export async function postRenderer(folder: PrivateFolder, manifests: string): Promise<readonly string[]> {
  const plugin = join(folder.pluginsPath, name);
  makeFolder(plugin, 0o700);
  const manifest = {
    apiVersion: 'v1',
    type: 'postrenderer/v1',
    name,
    version: '1.0.0',
    runtime: 'subprocess',
    // Helm puts the plugin's own folder in.
    runtimeConfig: { platformCommand: [{ command: await findCat(), args: ['$HELM_PLUGIN_DIR/manifests.yaml'] }] },
  };
  // JSON is YAML.
  await writeFile(join(plugin, 'plugin.yaml'), JSON.stringify(manifest), { mode: 0o600 });
  await writeFile(join(plugin, 'manifests.yaml'), manifests, { mode: 0o600 });
  return ['--post-renderer', name];
}

async function findCat(): Promise<string> {
  for (const file of places) {
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  const reason = `it needs cat to be given manifests, and there is none at ${places.join(' or ')}`;
  throw new SealiftError('HELM_OTHER', { values: { program: 'helm', reason } });
}
