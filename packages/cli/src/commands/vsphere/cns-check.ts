import { checkIdentity } from '@sealift/site/identity';
import type { CliContext } from '../../context.ts';
import { asJson, showReport } from './cns-report.ts';
import { type CnsOptions, withSides } from './cns-sides.ts';

/** Says whether the cluster's storage identity is its own; exit code 2 when not. */
export async function runCheck(options: CnsOptions, context: CliContext): Promise<void> {
  await withSides(options, context, async (sides) => {
    const report = await checkIdentity(sides);
    if (options.json === true) context.out(JSON.stringify(asJson(report, false)));
    else {
      showReport(report, context);
      if (report.plan.steps.length > 0) context.note('Next: sealift vsphere cns repair --apply');
    }
    if (report.verdict !== 'unique') context.exitCode = 2;
  });
}
