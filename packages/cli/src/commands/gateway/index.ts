import type { Command } from 'commander';
import type { RegisterCommand } from '../../context.ts';
import type { GatewayRunOptions } from './run.ts';
import type { GatewayRegisterOptions } from './register.ts';

/** `sealift gateway`: the private cloud gateway on this machine. */
export const registerGateway: RegisterCommand = (program, context) => {
  const gateway = program.command('gateway').description('The private cloud gateway on this machine.');
  withData(
    gateway
      .command('register')
      .description('Registers this machine as a gateway, with a token of `sealift gateways invite`.')
      .argument('<url>', 'of the console'),
  )
    .option('--token-file <file>', 'file that holds the token, - for standard input; else it is asked for')
    .option('--replace', 'give up the identity that is there')
    .option('--json', 'print one JSON object')
    .action(async (url: string, options: GatewayRegisterOptions) => {
      const { register } = await import('./register.ts');
      await register(url, options, context);
    });
  withData(gateway.command('run').description('Runs the gateway until it is stopped.'))
    .option('--trial-seconds <number>', 'how long a new executable may take until it proves itself', '300')
    .option('--window-seconds <number>', 'how long it has to run on after that', '120')
    .action(async (options: GatewayRunOptions) => {
      const { runGateway } = await import('./run.ts');
      await runGateway(options, context);
    });
  withData(gateway.command('agent', { hidden: true }).description('What `sealift gateway run` starts.')).action(
    async (options: { data: string }) => {
      const { runGatewayAgent } = await import('./agent.ts');
      await runGatewayAgent(options, context);
    },
  );
};

function withData(command: Command): Command {
  return command.option('--data <folder>', 'where the gateway keeps what it is', '/var/lib/sealift-gateway');
}
