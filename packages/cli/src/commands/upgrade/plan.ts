import { upgradeCourseSchema } from '@sealift/core/api';
import { upgradeText } from '@sealift/core/upgrade';
import type { CliContext } from '../../context.ts';
import { connect } from '../../client/connect.ts';
import { findUpgrade, upgradeUrl } from '../../client/current-upgrade.ts';
import { plainLine } from '../../terminal/plain-line.ts';
import { planLines } from './course-lines.ts';
import { onFailureText } from './on-failure-text.ts';
import type { Output } from './print.ts';
import { readinessLine } from './rollback-lines.ts';

/** Shows what an upgrade will do, or was confirmed to do: every step, how it can be taken back, and the point of no return. */
export async function showPlan(id: string | undefined, { json }: Output, context: CliContext): Promise<void> {
  const api = await connect(context);
  const found = await findUpgrade(api, id);
  const course = await api.get(upgradeUrl(found.id, 'tree'), upgradeCourseSchema);
  if (json === true) return context.out(JSON.stringify(course));
  const { product, state, tree, hash, failure } = course;
  const lines = [
    `${course.id}  ${product} ${upgradeText(course)}: ${state}`,
    ...(found.plan === null ? [] : [`node image: ${found.plan.nodeImage.reason}`]),
    ...(tree === null ? [`the plan cannot be read: ${failure?.message ?? 'no reason was given'}`] : planLines(tree)),
    ...(tree?.pointOfNoReturn === null ? ['no point of no return: every step can be undone, or does no harm'] : []),
    onFailureText(found.onFailure),
    ...(course.rollback === null ? [] : [readinessLine(course.rollback)]),
    hash === null ? 'no hash yet: something is still open' : `hash ${hash}`,
  ];
  for (const line of lines) context.out(plainLine(line));
}
