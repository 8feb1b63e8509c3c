import { type Judgement, judgeStatement, type Statement } from '@sealift/core/release';
import type { Cancel } from '../ports/cancel.ts';
import type { DeclaredPort } from '../ports/declared.ts';

/** What a look at a statement of a release comes to; not `known` where what it is about may have another name here. */
export interface Look extends Judgement {
  readonly known: boolean;
}

/**
 * Looks whether a statement of a release holds now.
 *
 * @throws where that can't be told
 */
export async function lookAt(port: Pick<DeclaredPort, 'find'>, statement: Statement, cancel: Cancel): Promise<Look> {
  const { served, objects } = await port.find(statement.query, cancel);
  const judgement = judgeStatement(statement, objects);
  if (served) return { ...judgement, known: true };
  const { apiVersion } = statement.query;
  const detail = `The cluster serves nothing of ${apiVersion}`;
  if (!judgement.holds) return { ...judgement, detail: `${detail}: ${judgement.detail}`, known: true };
  // A group of Kubernetes is always served: its name is wrong, or the version is one of long ago.
  return { ...judgement, detail, known: !isOfKubernetes(apiVersion) };
}

function isOfKubernetes(apiVersion: string): boolean {
  const [group = ''] = apiVersion.split('/', 1);
  return !group.includes('.') || group.endsWith('.k8s.io');
}
