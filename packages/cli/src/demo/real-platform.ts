import { join } from 'node:path';
import { makeFolder } from '@sealift/io/make-folder';
import { runProcess } from './child-process.ts';
import type { DemoContext } from './demo-context.ts';

/** Kubernetes of each release, as the programs that `npm run peers` builds have it. */
const kubernetes = { '4.2.12': '1.36.3', '4.2.13': '1.37.2' } as const;

/**
 * Builds the programs of a real cluster where they are not there yet, and the sample platform for their versions of Kubernetes.
 *
 * @returns the same demo, with that platform
 * @throws DEMO_STEP_FAILED, CANCELLED
 */
export async function prepareRealPlatform(demo: DemoContext, base: DemoContext['env']): Promise<DemoContext> {
  const { checkout, folder, say, cancel } = demo;
  say('Building Kubernetes, Cluster API and etcd, where they are not there yet: some ten minutes the first time');
  const build = join(checkout.root, 'test/peers/build.sh');
  // With the caches of the person who runs it, which are elsewhere than the demo.
  const run = { command: 'bash', args: [build], env: base, cwd: checkout.root, cancel };
  await runProcess({ name: 'the building of the cluster’s programs', ...run }, (line) => say(`  ${line}`));
  say('Making the sample platform for Kubernetes 1.36 and 1.37');
  const harborview = join(folder.path, 'harborview');
  makeFolder(harborview);
  const copy = join(checkout.harborview, 'copy-with-kubernetes.ts');
  const versions = Object.entries(kubernetes).map(([release, version]) => `${release}=${version}`);
  const args = [copy, harborview, ...versions];
  await runProcess({
    name: 'the sample platform',
    command: process.execPath,
    args,
    env: demo.env,
    cwd: folder.path,
    cancel,
  });
  return { ...demo, checkout: { ...checkout, harborview } };
}
