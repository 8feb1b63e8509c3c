import { SealiftError } from '@sealift/core/errors';
import { checkIdentity, repairIdentity } from '@sealift/site/identity';
import type { RepairStep } from '@sealift/site/identity-plan';
import type { CliContext } from '../../context.ts';
import { asJson, sentenceOf, showPlan, showReport } from './cns-report.ts';
import { type CnsOptions, withSides } from './cns-sides.ts';

export interface CnsRepairOptions extends CnsOptions {
  readonly apply?: true;
  readonly dryRun?: true;
}

/** Shows what a repair would do, or does it. */
export async function runRepair(options: CnsRepairOptions, context: CliContext): Promise<void> {
  if (options.apply === true && options.dryRun === true) {
    throw new SealiftError('USAGE', { values: { reason: 'give --apply or --dry-run, not both' } });
  }
  const isJson = options.json === true;
  await withSides(options, context, async (sides) => {
    if (options.apply !== true) return showPlan(await checkIdentity(sides), isJson, context);
    let done = 0;
    const onStep = (step: RepairStep, target: string): void => {
      done += 1;
      if (!isJson) context.out(sentenceOf(step, target));
    };
    const report = await repairIdentity(sides, { onStep });
    if (isJson) return context.out(JSON.stringify(asJson(report, done > 0)));
    context.out(done === 0 ? 'Nothing to do.' : `Done: ${done} steps.`);
    showReport(report, context);
  });
}
