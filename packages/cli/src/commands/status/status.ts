import { healthyStatement, summarySchema } from '@sealift/core/api';
import type { CliContext } from '../../context.ts';
import { connect } from '../../client/connect.ts';
import { Remedies } from '../../terminal/remedies.ts';
import { describeUpdate } from './describe-update.ts';

interface Output {
  readonly check?: true;
  readonly json?: true;
}

/** As of an upgrade that ended otherwise than it was meant to. */
const otherThanWished = 3;

/** With `--check` the exit code is 3 unless the console is healthy. Prints the Summary: version, the sentences with the checks behind them, nodes, available update. */
export async function showStatus({ check: demanded, json }: Output, context: CliContext): Promise<void> {
  const api = await connect(context);
  const summary = await api.get('/api/v1/summary', summarySchema);
  const healthy = summary.statements.find(({ text }) => text === healthyStatement)?.holds === true;
  if (demanded === true && !healthy) context.exitCode = otherThanWished;
  if (json === true) {
    context.out(JSON.stringify(summary));
    return;
  }
  const installed =
    summary.version === null ? 'no release is installed' : `${summary.product ?? ''} ${summary.version}`;
  const partly = summary.partlyUpgraded === null ? '' : `, partly upgraded to ${summary.partlyUpgraded.to}`;
  context.out(`${installed}${partly}${summary.simulated ? ', on a simulated cluster' : ''}`);
  const remedies = new Remedies();
  for (const { text, holds, checks } of summary.statements) {
    context.out(`${holds ? 'yes' : 'no '}  ${text}`);
    for (const check of checks.filter(({ outcome }) => !holds && outcome !== 'pass')) {
      context.out(`       ${check.outcome}: ${check.title}: ${check.detail}`);
      const mend = remedies.line(check.remedy);
      if (mend !== undefined) context.out(`       ${mend}`);
    }
  }
  if (!summary.nodesKnown) context.out('nodes  unknown: the cluster could not be asked');
  for (const { name, role, version, ready, message } of summary.nodes) {
    context.out(`node ${name}  ${role}  ${version}  ${ready ? 'ready' : 'not ready'}${ready ? '' : `: ${message}`}`);
  }
  if (summary.update !== null) context.out(`update available: ${describeUpdate(summary.update)}`);
  if (summary.lockedBy !== null) context.out(`the console is locked by upgrade ${summary.lockedBy}`);
}
