import type { RegisterCommand } from '../../context.ts';

/** `sealift simulator run`: the demo's vSphere cluster, as a process of its own. */
export const registerSimulator: RegisterCommand = (program, context) => {
  program
    .command('simulator')
    .description('A simulated vSphere cluster for demonstrations and tests.')
    .command('run')
    .description('Runs a simulated vCenter and cluster until stopped; prints {"url":…} when it is ready.')
    .requiredOption('--state <folder>', 'where its state file, its log of calls and uploaded OVAs live')
    .option('--listen <address>', 'loopback address and port; port 0 takes a free one', '127.0.0.1:0')
    .option('--speed <factor>', 'how many times faster than a few seconds a machine', '1')
    .option('--initial <file>', 'JSON: what the cluster runs where the folder holds none yet')
    .action(async (options: { state: string; listen: string; speed: string; initial?: string }) => {
      const { runSimulator } = await import('./run.ts');
      await runSimulator(options, context);
    });
};
