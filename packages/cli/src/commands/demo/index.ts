import type { RegisterCommand } from '../../context.ts';
import type { DemoRunOptions } from './run.ts';

/** `sealift demo`: the whole product on one machine, with a simulated cluster. */
export const registerDemo: RegisterCommand = (program, context) => {
  program
    .command('demo')
    .description(
      'Shows a platform go from one release to the next, on a simulated vSphere cluster or, with --peers, on a real one.',
    )
    .option(
      '--dir <folder>',
      'the only folder it writes to; emptied at the start if an earlier demo left it',
      '.sealift/demo',
    )
    .option('--port <number>', 'port of the console; 0 takes a free one', '0')
    .option('--auto', 'upgrade by itself through the API, then end')
    .option('--json', 'with --auto: print the result as one JSON object')
    .option(
      '--peers',
      'on a real cluster: Kubernetes, etcd, Cluster API and helm, built first where they are missing (needs go)',
    )
    .option('--speed <factor>', 'how many times faster the simulated cluster is than a few seconds a machine')
    .action(async (options: DemoRunOptions) => {
      const { runDemo } = await import('./run.ts');
      await runDemo(options, context);
    });
};
