// Sends an image to a lease in a process of its own: `measure-upload <ova>`, the login as JSON in VCENTER_LOGIN.
import { sendPackage } from '../../packages/vsphere/src/import/send-package.ts';
import { peakOf } from '../bundle/peak-memory.ts';
import { type Login, withLease } from './lease.ts';

async function main(): Promise<void> {
  const [ova = ''] = process.argv.slice(2);
  const login = JSON.parse(process.env['VCENTER_LOGIN'] ?? '{}') as Login;
  const idleBytes = peakOf('self');
  const milliseconds = await withLease(login, ova, async ({ client, ovf, items, ready }) => {
    const began = performance.now();
    await sendPackage(client, ovf, items, ready, {});
    return performance.now() - began;
  });
  process.stdout.write(JSON.stringify({ milliseconds, grownBytes: peakOf('self') - idleBytes }));
}

// Not awaited at the top: it is bundled into a script.
void main();
