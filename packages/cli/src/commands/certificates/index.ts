import type { RegisterCommand } from '../../context.ts';

/** `sealift certificates`: what the console is served with, and whom it trusts by its settings. */
export const registerCertificates: RegisterCommand = (program, context) => {
  program
    .command('certificates')
    .description(
      'Lists the certificate that the console’s address presents and the CAs in its settings, those first that end first.',
    )
    .option('--check', 'exit with 3 where one has ended or ends within 30 days, or could not be looked at')
    .option('--json', 'print one JSON object')
    .action(async (options: { check?: true; json?: true }) => {
      const { listCertificates } = await import('./certificates.ts');
      await listCertificates(options, context);
    });
};
