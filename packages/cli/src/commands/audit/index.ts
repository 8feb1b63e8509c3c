import type { Command } from 'commander';
import type { RegisterCommand } from '../../context.ts';
import type { FilterOptions } from './filter.ts';
import type { VerifyOptions } from './verify.ts';

interface Output {
  readonly json?: true;
}

/** `sealift audit`: the audit log of a console, and whether it is as it was written. */
export const registerAudit: RegisterCommand = (program, context) => {
  const audit = program.command('audit').description('The audit log of a console: who did what, when and from where.');
  withFilter(audit.command('list').description('Lists entries, newest first.'))
    .option('--limit <count>', 'at most so many, 1 to 1000', '50')
    .option('--json', 'print one JSON object')
    .action(async (options: FilterOptions & Output & { limit: string }) => {
      const { listAudit } = await import('./list.ts');
      await listAudit(options, context);
    });
  withFilter(audit.command('export').description('Saves entries as CSV, oldest first.'))
    .requiredOption('-o, --output <file>', 'where to write it')
    .option('--json', 'print one JSON object')
    .action(async (options: FilterOptions & Output & { output: string }) => {
      const { exportAudit } = await import('./export.ts');
      await exportAudit(options, context);
    });
  audit
    .command('checkpoint')
    .description('Has the console sign where the log ends now, and saves that: keep it where the console cannot write.')
    .requiredOption('-o, --output <file>', 'where to write it')
    .option('--json', 'print one JSON object')
    .action(async (options: Output & { output: string }) => {
      const { saveCheckpoint } = await import('./checkpoint.ts');
      await saveCheckpoint(options, context);
    });
  audit
    .command('verify')
    .description(
      'Reads the whole log and recomputes its chain here. With checkpoints of earlier also finds an end that was cut off and a log that was written anew. Exit 2 where it is not as it was written.',
    )
    .option('--checkpoint <file...>', 'checkpoints, or the evidence of upgrades')
    .option('--key <file>', 'public key file of the console, whose fingerprint you have compared; for --checkpoint')
    .option('--json', 'print one JSON object')
    .action(async (options: VerifyOptions) => {
      const { verifyAudit } = await import('./verify.ts');
      await verifyAudit(options, context);
    });
};

function withFilter(command: Command): Command {
  return command
    .option('--actor <name>', 'of this user name')
    .option('--action <action>', 'such as account.create, or the part before its dot')
    .option('--text <text>', 'that occurs in actor, action, subject or address')
    .option('--from <time>', 'from this time on, such as 2026-11-29T10:00:00Z')
    .option('--to <time>', 'before this time');
}
