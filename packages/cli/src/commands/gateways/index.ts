import type { Command } from 'commander';
import type { RegisterCommand } from '../../context.ts';
import type { HoldOptions } from './hold.ts';

interface Output {
  readonly json?: true;
}

/** `sealift gateways`: the gateways of a console. */
export const registerGateways: RegisterCommand = (program, context) => {
  const gateways = program.command('gateways').description('The gateways of the console, and the upgrades of them.');
  gateways
    .command('list')
    .description('Lists gateways: how each stands, its version, when it was heard of, and what holds it.')
    .option('--json', 'print one JSON object')
    .action(async (options: Output) => {
      const { listGateways } = await import('./list.ts');
      await listGateways(options, context);
    });
  gateways
    .command('invite')
    .description('Makes a token for one registration within a day; it is shown this once.')
    .argument('<name>', 'of the gateway; one of this name gets another identity')
    .option('--site <name>', 'the place it stands at', 'main')
    .option('--json', 'print one JSON object')
    .action(async (name: string, options: Output & { site: string }) => {
      const { inviteGateway } = await import('./invite.ts');
      await inviteGateway(name, options, context);
    });
  gateways
    .command('withdraw')
    .description('Withdraws an invitation that was not used.')
    .argument('<name>', 'of the gateway')
    .option('--json', 'print one JSON object')
    .action(async (name: string, options: Output) => {
      const { withdrawInvite } = await import('./remove.ts');
      await withdrawInvite(name, options, context);
    });
  withWhich(gateways.command('pause').description('Holds gateways at their version: one, those of a site, or all.'))
    .option('--reason <text>', 'for whoever asks why', '')
    .action(async (name: string | undefined, options: HoldOptions) => {
      const { pauseGateways } = await import('./hold.ts');
      await pauseGateways(name, options, context);
    });
  withWhich(gateways.command('resume').description('Ends a pause. What another level holds stays held.')).action(
    async (name: string | undefined, options: HoldOptions) => {
      const { resumeGateways } = await import('./hold.ts');
      await resumeGateways(name, options, context);
    },
  );
  gateways
    .command('rollout')
    .description('Has gateways go to what a release brings, before it is installed; a hundredth of them first.')
    .argument('<version>', 'of a release in the catalogue')
    .option('--json', 'print one JSON object')
    .action(async (version: string, options: Output) => {
      const { rollOutGateways } = await import('./hold.ts');
      await rollOutGateways(version, options, context);
    });
  gateways
    .command('retry')
    .description('Has the version that gateways went back from tried again, on a few of them first.')
    .option('--json', 'print one JSON object')
    .action(async (options: Output) => {
      const { retryGateways } = await import('./hold.ts');
      await retryGateways(options, context);
    });
  gateways
    .command('remove')
    .description('Forgets a gateway: nothing that it signs is taken any more.')
    .argument('<name>', 'of the gateway')
    .option('--json', 'print one JSON object')
    .action(async (name: string, options: Output) => {
      const { removeGateway } = await import('./remove.ts');
      await removeGateway(name, options, context);
    });
};

function withWhich(command: Command): Command {
  return command
    .argument('[name]', 'of one gateway')
    .option('--site <name>', 'those of this site')
    .option('--all', 'all of them')
    .option('--json', 'print one JSON object');
}
