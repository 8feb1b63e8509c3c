/** One line of what a drain still waits for. */
export interface DrainObstacle {
  /** As written, such as `default/a, default/b, ... (3 more)`. */
  readonly pods: string;
  /** The disruption budget in the way, with its arithmetic; undefined where something else is. */
  readonly budget: { readonly name: string; readonly needs: number; readonly has: number } | undefined;
  /** Why it is not evicted, in Cluster API's words. */
  readonly reason: string;
}

const line = /^\* Pods? (.{1,1000}?): (.{1,2000})$/;
const arithmetic = /The disruption budget (\S{1,253}) needs (\d{1,9}) healthy pods and has (\d{1,9}) currently/;

/**
 * What a drain waits for, from the message of a Machine's condition Deleting with the reason DrainingNode (Cluster API groups the pods by
 * what is in their way; the arithmetic is the eviction API's, "API-initiated Eviction").
 */
export function drainObstacles(message: string): readonly DrainObstacle[] {
  return message.split('\n').flatMap((text) => {
    const found = line.exec(text.trim());
    if (found === null) return [];
    const [, pods = '', reason = ''] = found;
    const sum = arithmetic.exec(reason);
    const budget = sum === null ? undefined : { name: sum[1] ?? '', needs: Number(sum[2]), has: Number(sum[3]) };
    return [{ pods, reason, budget }];
  });
}

/** Whether something in the way does not go by itself. */
export function isBudget({ budget, reason }: DrainObstacle): boolean {
  return budget !== undefined || reason.includes("violate the pod's disruption budget");
}
