import { Transform, type Readable } from 'node:stream';
import { SealiftError } from '@sealift/core/errors';
import type { StepContext, StepDefinition } from './step.ts';
import { targetField } from './target.ts';

/** Brings the release's node image into vCenter as a template of its canonical name. */
export const template: StepDefinition = {
  kind: 'template',
  // A template that nothing uses harms nothing; it stays when the upgrade is taken back.
  intent: ({ step }) => ({
    template: targetField(step, 'template'),
    sha256: targetField(step, 'sha256'),
    kubernetes: targetField(step, 'kubernetes'),
    artifact: targetField(step, 'digest'),
  }),
  async observe(context) {
    const { ports, step, cancel } = context;
    const name = targetField(step, 'template');
    const found = await ports.vcenter.findTemplate(name, cancel);
    if (found === null) return { state: 'act', message: `Importing ${step.target.ova ?? name}`, fraction: 0 };
    refuseOtherContent(context, found);
    if (found.poweredOn) return { state: 'wait', message: `the VM ${name} is powered on: shut it down`, fraction: 0.9 };
    if (!found.marked) return { state: 'act', message: `Making a template of the VM ${name}`, fraction: 0.95 };
    return { state: 'done', message: `The template ${name} is in vCenter`, evidence: { ...found } };
  },
  async act({ ports, step, cancel, report }) {
    const name = targetField(step, 'template');
    const found = await ports.vcenter.findTemplate(name, cancel);
    if (found !== null) return await ports.vcenter.markTemplate(name, cancel);
    const content = await ports.content.openOva(targetField(step, 'digest'));
    await ports.vcenter.importTemplate(
      {
        name,
        sha256: targetField(step, 'sha256'),
        kubernetes: targetField(step, 'kubernetes'),
        sizeBytes: content.sizeBytes,
        ova: async (start = 0) =>
          counted(await content.open(start), start, content.sizeBytes, (fraction) =>
            report(fraction, `Uploading ${name}`),
          ),
      },
      cancel,
    );
  },
};

/** A template deployed by hand carries no digest; then the Kubernetes version it names must be the planned one. */
function refuseOtherContent({ step }: StepContext, found: { sha256: string | null; kubernetes: string | null }): void {
  const expected = targetField(step, 'sha256');
  const kubernetes = targetField(step, 'kubernetes');
  const template = targetField(step, 'template');
  if (found.sha256 === null && found.kubernetes === null) {
    throw new SealiftError('TEMPLATE_UNPROVEN', { place: template, values: { template } });
  }
  if (found.sha256 !== null && found.sha256 !== expected) {
    const values = { template, found: `SHA-256 ${found.sha256}`, expected: `SHA-256 ${expected}` };
    throw new SealiftError('TEMPLATE_OTHER_CONTENT', { place: template, values });
  }
  if (found.kubernetes !== null && found.kubernetes !== kubernetes) {
    const values = { template, found: `Kubernetes ${found.kubernetes}`, expected: `Kubernetes ${kubernetes}` };
    throw new SealiftError('TEMPLATE_OTHER_CONTENT', { place: template, values });
  }
}

function counted(source: Readable, start: number, sizeBytes: number, report: (fraction: number) => void): Readable {
  let sent = start;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, pass) {
      sent += chunk.length;
      report(sizeBytes === 0 ? 0 : Math.min(0.95, sent / sizeBytes));
      pass(null, chunk);
    },
  });
  source.once('error', (error) => counter.destroy(error));
  counter.once('close', () => source.destroy());
  return source.pipe(counter);
}
