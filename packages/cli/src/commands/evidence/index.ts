import type { RegisterCommand } from '../../context.ts';

interface Output {
  readonly json?: true;
}

/** `sealift evidence`: checks the evidence of an upgrade, and the keys that a console signs it with. */
export const registerEvidence: RegisterCommand = (program, context) => {
  const evidence = program
    .command('evidence')
    .description('Checks the signed evidence of an upgrade, and shows the keys that it is signed with.');
  evidence
    .command('verify')
    .description(
      'Checks the signature of evidence and says what it tells; needs no console. Exit 2 where it does not hold.',
    )
    .argument('<file>', 'the evidence, as `sealift upgrade evidence` saves it')
    .requiredOption('--key <file>', 'public key file of the console, whose fingerprint you have compared')
    .option('--json', 'print the evidence as one JSON object')
    .action(async (file: string, options: Output & { key: string }) => {
      const { verifyEvidence } = await import('./verify.ts');
      await verifyEvidence(file, options, context);
    });
  evidence
    .command('keys')
    .description('Shows the keys that the console signs evidence with, the one that signs now first; or saves one.')
    .option('-o, --output <file>', 'write the public key file of the one that signs now')
    .option('--json', 'print one JSON object')
    .action(async (options: Output & { output?: string }) => {
      const { showEvidenceKeys } = await import('./keys.ts');
      await showEvidenceKeys(options, context);
    });
  evidence
    .command('renew-key')
    .description('Makes a new key in the place of the one that signs now. What that signed can still be verified.')
    .requiredOption('--reason <text>', 'why, for the audit log')
    .option('--json', 'print one JSON object')
    .action(async (options: Output & { reason: string }) => {
      const { renewEvidenceKey } = await import('./keys.ts');
      await renewEvidenceKey(options, context);
    });
};
