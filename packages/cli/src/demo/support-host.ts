import { chmod } from 'node:fs/promises';
import { runProcess } from './child-process.ts';
import type { DemoContext } from './demo-context.ts';

/**
 * Executes a bundle against the console that the support host is logged in to, as the operator does: `chmod +x` and
 * `./airgap-v….bin`.
 *
 * @returns the transcript, standard output and error together
 */
export async function executeBundle(demo: DemoContext, bundle: string): Promise<string> {
  await chmod(bundle, 0o755);
  const transcript: string[] = [];
  const { env, cancel, folder } = demo;
  await runProcess({ name: bundle, command: bundle, args: [], env, cwd: folder.path, cancel }, (line) => {
    transcript.push(line);
    demo.say(`  ${line}`);
  });
  return transcript.join('\n');
}
