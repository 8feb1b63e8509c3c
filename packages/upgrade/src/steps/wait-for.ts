import { waitingFor } from '@sealift/core/upgrade';
import { lookAt } from '../declared/statement.ts';
import type { StepDefinition } from './step.ts';

/** Waits until what a release asks for holds. Changes nothing. */
export const waitFor: StepDefinition<'wait-for'> = {
  forward: {
    intent: ({ step: { target } }) => ({ waitFor: target.name }),
    async observe({ ports, step: { target, title }, cancel }) {
      const { holds, known, detail, items } = await lookAt(ports.declared, target.do, cancel);
      if (holds && known) return { state: 'done', message: detail, evidence: { holds: detail } };
      const [first] = items;
      const { kind } = target.do.query;
      const wait = waitingFor(known ? detail : `${title}: nobody can tell, as ${detail}`, {
        level: known ? 'moving' : 'blocked',
        object: { kind, name: first?.place ?? kind },
        remedy: target.do.remedy,
      });
      return { state: 'wait', wait, fraction: 0 };
    },
    act: () => Promise.resolve(),
  },
};
