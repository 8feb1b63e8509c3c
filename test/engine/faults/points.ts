import { type Between, type Call, Trial } from './trial.ts';

/** What is made to go wrong at an effect. */
export const effectFaults = [
  'crash before',
  'crash after',
  'answer lost',
  'rewound watch',
  'dropped events',
  'second actor',
  'done by another',
] as const;
/** And at a line of the journal. */
export const lineFaults = ['crash before', 'crash after', 'answer lost', 'second actor'] as const;
type Fault = (typeof effectFaults)[number] | (typeof lineFaults)[number];

export interface Point {
  readonly kind: 'effect' | 'line';
  /** Which of its kind, from 0. */
  readonly at: number;
  /** For people. */
  readonly name: string;
  readonly fault: Fault;
}

/** So many looks see nothing of what goes on. */
const droppedLooks = 3;

/** Each fault at each effect and each line of an undisturbed run. */
export async function allPoints(): Promise<{ readonly points: readonly Point[]; readonly undisturbed: string }> {
  const seen: Pick<Call, 'kind' | 'name'>[] = [];
  const trial = new Trial((call) => {
    if (call.kind !== 'look') seen.push(call);
    return call.proceed();
  });
  await trial.end();
  const of = (kind: Point['kind'], faults: readonly Fault[]): Point[] =>
    seen
      .filter((call) => call.kind === kind)
      .flatMap(({ name }, at) => faults.map((fault) => ({ kind, at, name, fault })));
  return { points: [...of('effect', effectFaults), ...of('line', lineFaults)], undisturbed: trial.outcome() };
}

/** What an upgrade with a fault at one point comes to. */
export async function outcomeAt(point: Point): Promise<string> {
  const trial = new Trial(faultAt(point));
  await trial.end();
  return trial.outcome();
}

function faultAt({ kind, at, fault }: Point): Between {
  let count = 0;
  /** Answers as they were last seen, by what was asked. */
  const before = new Map<string, unknown>();
  let stale = 0;
  return async (call, trial, process) => {
    if (call.kind === 'look') {
      if (stale > 0 && call.owner !== 'journal' && call.owner !== 'lease' && before.has(call.subject)) {
        stale -= 1;
        return structuredClone(before.get(call.subject));
      }
      const answer = await call.proceed();
      if (call.owner !== 'content') before.set(call.subject, answer);
      return answer;
    }
    if (call.kind !== kind || count++ !== at) return await call.proceed();
    switch (fault) {
      case 'crash before':
        return await process.die();
      case 'crash after':
        await call.proceed();
        return await process.die();
      case 'answer lost':
        await call.proceed();
        throw Object.assign(new Error('the connection ended'), { code: 'ECONNRESET' });
      case 'rewound watch':
        stale = 1;
        return await call.proceed();
      case 'dropped events':
        stale = droppedLooks;
        return await call.proceed();
      case 'second actor':
        // This process is suspended past its lease, and another one goes on.
        trial.pass(process);
        await trial.run();
        return await call.proceed();
      case 'done by another':
        await call.proceed();
        return await call.proceed();
    }
  };
}
