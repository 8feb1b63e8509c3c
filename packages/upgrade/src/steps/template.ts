import { Transform, type Readable } from 'node:stream';
import { SealiftError } from '@sealift/core/errors';
import { type StepOf, waitingFor } from '@sealift/core/upgrade';
import type { Template } from '../ports/vcenter.ts';
import type { StepDefinition } from './step.ts';

/** Brings the release's node image into vCenter as a template of its canonical name. */
export const template: StepDefinition<'template'> = {
  // A template that nothing uses harms nothing; it stays when the upgrade is taken back.
  forward: {
    intent({ step: { target } }) {
      const { template: name, sha256, kubernetes, digest } = target;
      return { template: name, sha256, kubernetes, artifact: digest };
    },
    async observe({ ports, step: { target }, cancel }) {
      const name = target.template;
      const found = await ports.vcenter.findTemplate(name, cancel);
      if (found === null) return { state: 'act', message: `Importing ${target.ova}` };
      refuseOtherContent(target, found);
      if (found.poweredOn) return { state: 'wait', wait: poweredOn(name), fraction: 0.9 };
      if (!found.marked) return { state: 'act', message: `Making a template of the VM ${name}` };
      return { state: 'done', message: `The template ${name} is in vCenter`, evidence: { ...found } };
    },
    async act({ ports, step: { target }, cancel, report }) {
      const { template: name, sha256, kubernetes } = target;
      const found = await ports.vcenter.findTemplate(name, cancel);
      if (found !== null) return await ports.vcenter.markTemplate(name, cancel);
      const { sizeBytes, open } = await ports.content.openOva(target.digest);
      const uploading = waitingFor(`Uploading ${name}`, { object: { kind: 'Template', name } });
      const ova = async (start = 0) =>
        counted(await open(start), start, sizeBytes, (fraction) => report(fraction, uploading));
      await ports.vcenter.importTemplate({ name, sha256, kubernetes, sizeBytes, ova }, cancel);
    },
  },
};

function poweredOn(name: string) {
  return waitingFor(`the VM ${name} is powered on`, {
    level: 'blocked',
    impact: 'no node can be made from it',
    object: { kind: 'VirtualMachine', name },
    remedy: `Shut ${name} down in vCenter; the upgrade goes on by itself.`,
  });
}

/** A template deployed by hand carries no digest; then the Kubernetes version it names must be the planned one. */
function refuseOtherContent(
  { sha256: expected, kubernetes, template }: StepOf<'template'>['target'],
  found: Pick<Template, 'sha256' | 'kubernetes'>,
): void {
  const about = { kind: 'Template', name: template };
  if (found.sha256 === null && found.kubernetes === null) {
    throw new SealiftError('TEMPLATE_UNPROVEN', { place: template, values: { template }, about });
  }
  if (found.sha256 !== null && found.sha256 !== expected) {
    const values = { template, found: `SHA-256 ${found.sha256}`, expected: `SHA-256 ${expected}` };
    throw new SealiftError('TEMPLATE_OTHER_CONTENT', { place: template, values, about });
  }
  if (found.kubernetes !== null && found.kubernetes !== kubernetes) {
    const values = { template, found: `Kubernetes ${found.kubernetes}`, expected: `Kubernetes ${kubernetes}` };
    throw new SealiftError('TEMPLATE_OTHER_CONTENT', { place: template, values, about });
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
