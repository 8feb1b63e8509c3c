import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Vendor } from '@sealift/cli/demo/vendor';
import { validCertificate } from '@sealift/testkit/certificates';
import { unpackExecutable } from './bundle-executable.ts';
import { Person } from './person.ts';

/** Those who bring a release over the gap: neither is root, and neither has a checkout. */
export interface BothSides {
  /** Has `sealift`, and the sample platform in `examples/harborview`. */
  readonly vendor: Person;
  /** At the support host, without any `sealift`; trusts the certificate of `startTlsProxy`. */
  readonly operator: Person;
  /** Carries files of the vendor's over the gap. */
  carry(...names: readonly string[]): Promise<void>;
  /** What the vendor has made, once it has. */
  asVendor(): Promise<Vendor>;
  leave(): Promise<void>;
}

/** @param harborview folder of the sample platform */
export async function arriveAtBothSides(harborview: string): Promise<BothSides> {
  const vendor = await Person.arrive();
  const operator = await Person.arrive();
  const leave = async (): Promise<void> => {
    for (const person of [vendor, operator]) await person.leave();
  };
  try {
    const bin = join(vendor.home, 'bin');
    await mkdir(bin);
    await unpackExecutable(join(bin, 'sealift'));
    vendor.set('PATH', `${bin}:/usr/bin:/bin`);
    await cp(harborview, join(vendor.home, 'examples', 'harborview'), { recursive: true });
    const ca = join(operator.home, 'ca.pem');
    await writeFile(ca, validCertificate);
    await operator.own(ca);
    operator.set('NODE_EXTRA_CA_CERTS', ca);
  } catch (error) {
    await leave();
    throw error;
  }
  return {
    vendor,
    operator,
    leave,
    async carry(...names) {
      for (const name of names) await operator.gets(name, join(vendor.home, name));
    },
    async asVendor() {
      const publicKeyFile = join(vendor.home, 'vendor.pub');
      const bundles = new Map(['4.2.12', '4.2.13'].map((of) => [of, join(vendor.home, `airgap-v${of}.bin`)]));
      return { publicKeyFile, publicKey: await readFile(publicKeyFile, 'utf8'), bundles };
    },
  };
}
