import { chmod } from 'node:fs/promises';
import { runProcess } from './child-process.ts';
import type { Administrator } from './administrator.ts';
import type { DemoContext } from './demo-context.ts';

/**
 * Executes a bundle against the console, as the operator on the support host does: `chmod +x` and `./airgap-v….bin`.
 *
 * @returns the transcript
 */
export async function executeBundle(demo: DemoContext, bundle: string, administrator: Administrator): Promise<string> {
  await chmod(bundle, 0o755);
  const { stdout, stderr } = await runProcess(
    {
      name: bundle,
      command: bundle,
      args: [],
      env: { ...demo.env, SEALIFT_URL: administrator.api.url, SEALIFT_TOKEN: administrator.token },
      cwd: demo.folder.path,
      cancel: demo.cancel,
    },
    (line) => demo.say(`  ${line}`),
  );
  return `${stdout}\n${stderr}`;
}
