import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { OpenOva, VCenterPort } from '../vcenter.ts';
import { type MakeDriver, never, onDriver } from './driver.ts';

/** What every vCenter behind the engine's port does. */
export function vcenterContract(
  name: string,
  make: MakeDriver<VCenterPort>,
  /** A whole OVA that the driver takes. */
  ova: () => Promise<Buffer>,
): void {
  const template = 'r_contract';
  const requestFor = (bytes: Buffer, open: OpenOva) => ({
    name: template,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    kubernetes: '1.26.10',
    sizeBytes: bytes.length,
    ova: open,
  });
  const whole =
    (bytes: Buffer): OpenOva =>
    async (start = 0) =>
      Readable.from([bytes.subarray(start)]);

  describe(`${name} as a vCenter`, () => {
    it('finds nothing where nothing is', () =>
      onDriver(make, async (port) => {
        expect(await port.findTemplate('r_none', never)).toBeNull();
      }));

    it('makes a marked template that says what it was made from; the same again changes nothing', () =>
      onDriver(make, async (port) => {
        const bytes = await ova();
        const request = requestFor(bytes, whole(bytes));
        const { sha256, kubernetes } = request;
        for (let time = 0; time < 2; time += 1) {
          await port.importTemplate(request, never);
          const found = await port.findTemplate(template, never);
          expect(found).toEqual({ name: template, sha256, kubernetes, poweredOn: false, marked: true });
        }
        await port.markTemplate(template, never);
        expect(await port.findTemplate(template, never)).toMatchObject({ marked: true });
      }));

    it('shows nothing of an import that was cut, and makes it when it is asked again', () =>
      onDriver(make, async (port) => {
        const bytes = await ova();
        const cut: OpenOva = async () => Readable.from(half(bytes));
        await expect(port.importTemplate(requestFor(bytes, cut), never)).rejects.toBeInstanceOf(Error);
        expect(await port.findTemplate(template, never)).toBeNull();
        await port.importTemplate(requestFor(bytes, whole(bytes)), never);
        expect(await port.findTemplate(template, never)).toMatchObject({ name: template, marked: true });
      }));

    it('is not asked by one who has given up', () =>
      onDriver(make, async (port) => {
        await expect(port.findTemplate(template, AbortSignal.abort())).rejects.toBeInstanceOf(Error);
      }));
  });
}

async function* half(bytes: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(bytes.subarray(0, Math.floor(bytes.length / 2)));
  throw new Error('the line was cut');
}
