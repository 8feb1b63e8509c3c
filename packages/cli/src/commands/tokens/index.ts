import type { RegisterCommand } from '../../context.ts';
import type { CreateTokenOptions } from './create.ts';

const roles = 'root, operations (no accounts), account-administrator (accounts only) or viewer (changes nothing)';

interface Output {
  readonly json?: true;
}

/** `sealift tokens`: API tokens, for programs. */
export const registerTokens: RegisterCommand = (program, context) => {
  const tokens = program.command('tokens').description('API tokens: how programs speak for an account of a console.');
  tokens
    .command('list')
    .description("Lists one's own API tokens, or everybody's; their secrets are known to nobody.")
    .option('--everybody', 'those of all accounts')
    .option('--json', 'print one JSON object')
    .action(async (options: Output & { everybody?: true }) => {
      const { listTokens } = await import('./list.ts');
      await listTokens(options, context);
    });
  tokens
    .command('create')
    .description('Makes an API token, and prints its secret this once, or writes it into a file of your own.')
    .argument('<name>', 'what it is for')
    .option('--role <role>', `your own, or one that may less: ${roles}`)
    .option('--days <count>', 'how long it lasts, 1 to 366', '30')
    .option('-o, --output <file>', 'write the secret there, readable by you alone, and print none')
    .option('--json', 'print one JSON object')
    .action(async (name: string, options: CreateTokenOptions) => {
      const { createToken } = await import('./create.ts');
      await createToken(name, options, context);
    });
  tokens
    .command('revoke')
    .description('Removes an API token, and every one that was made with it; it stops working at once.')
    .argument('<id>', 'as the list tells it')
    .option('--json', 'print one JSON object')
    .action(async (id: string, options: Output) => {
      const { revokeToken } = await import('./revoke.ts');
      await revokeToken(id, options, context);
    });
};
