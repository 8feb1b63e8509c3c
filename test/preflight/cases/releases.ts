import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatPublicKey } from '@sealift/bundle/minisign';
import { vendorKey } from '../../../packages/server/src/testing/push-release.ts';
import { type FaultCase, usualTarget } from '../fault-case.ts';
import type { PreflightSite } from '../site/preflight-site.ts';
import { commandIn } from '../printed-command.ts';
import { releases } from '../site/offered.ts';
import { plain, shop } from '../site/releases.ts';

/** The usual target again: what a person does who is told to take a release without the fault. */
const insteadUsual = (site: PreflightSite) => site.draft(usualTarget);

/** What releases say of themselves, and what of them is in the registry. */
export const releaseCases: readonly FaultCase[] = [
  {
    check: 'release-signed',
    fault: 'the key that signed the release is not trusted any more',
    async seed(site) {
      const { keys } = (await site.call('GET', '/trusted-keys')).body;
      for (const { keyId } of keys) await site.call('DELETE', `/trusted-keys/${keyId}`);
    },
    expects: {
      state: 'unknown',
      object: 'release marker sha256:',
      evidence: /signed by a key that is not trusted here: fingerprint SHA256:/,
      remedy: '`sealift keys trust FILE --console`) and sync again',
      also: ['clone-room', 'content-present', 'release-checks', 'risks', 'vcenter-room'],
    },
    async remedy(site, { remedy = '' }) {
      const file = join(site.platform.folder, 'vendor.pub');
      writeFileSync(file, formatPublicKey(vendorKey.publicKey));
      const command = commandIn(remedy, 'keys trust').map((word) => (word === 'FILE' ? file : word));
      await site.sealift(...command);
      await site.platform.sync();
    },
    done: '`sealift keys trust FILE --console` is run with the key of the vendor, and the registry synced',
  },
  {
    check: 'content-present',
    fault: 'an image of the release is not in the registry any more',
    seed: async (site) => site.loseImage(usualTarget),
    expects: {
      state: 'block',
      object: `registry.example/app:${usualTarget}`,
      evidence: '',
      remedy: 'Run the bundle of this release again',
      also: ['images-pullable'],
    },
    remedy: (site) => site.push([plain(usualTarget)]),
    done: 'the release is uploaded again',
  },
  {
    check: 'way-back',
    fault: 'an image of the installed release is not in the registry any more',
    seed: async (site) => site.loseImage('1.0.0'),
    expects: { state: 'warn', object: '', evidence: 'The upgrade could not be rolled back', remedy: '' },
    remedy: (site) => site.push([plain('1.0.0', { kubernetes: '1.36.3' })]),
    done: 'the installed release is uploaded again',
  },
  {
    check: 'pack-constraints',
    fault: 'a pack of the release asks for another version of a pack beside it',
    to: releases.unmet,
    seed: async () => undefined,
    expects: {
      state: 'block',
      object: 'calico',
      evidence: /kubernetes.*1\.37\.0/,
      remedy: 'Bring in the version that is asked for',
    },
    remedy: insteadUsual,
    done: 'a release whose packs fit together is chosen',
  },
  {
    check: 'risks',
    fault: 'the release declares a risk for this step',
    to: releases.risky,
    seed: async () => undefined,
    expects: {
      state: 'block',
      object: 'SlowStart',
      evidence: 'The first start takes an hour.',
      remedy: 'Go by way of a release that has no such risk',
    },
    remedy: insteadUsual,
    done: 'another release is chosen',
  },
  {
    check: 'console-reads',
    fault: 'the console that the release brings does not read upgrades of this form',
    to: releases.otherConsole,
    seed: async () => undefined,
    expects: {
      state: 'block',
      object: `Deployment.apps ${shop}/console`,
      evidence: 'reads upgrades of format 999',
      remedy: 'Go by way of a release whose console reads both',
    },
    remedy: insteadUsual,
    done: 'another release is chosen',
  },
  {
    check: `release-${releases.checked}-database-certificate`,
    fault: 'a certificate that services will verify from then on is missing',
    to: releases.checked,
    seed: ({ api }) =>
      api.create(`/api/v1/namespaces/${shop}/secrets`, {
        metadata: { name: 'database-tls' },
        type: 'Opaque',
        data: { 'tls.crt': 'YQ==' },
      }),
    expects: {
      state: 'block',
      object: `Secret ${shop}/database-tls`,
      evidence: "has no .data['ca.crt']",
      remedy: 'Put the CA into the Secret as ca.crt.',
    },
    remedy: ({ api }) => api.merge(`/api/v1/namespaces/${shop}/secrets/database-tls`, { data: { 'ca.crt': 'YQ==' } }),
    done: 'the CA is put there',
    clean: ({ api }) => api.delete(`/api/v1/namespaces/${shop}/secrets/database-tls`),
  },
  {
    check: `release-step-${releases.stepped}-compatibility`,
    fault: 'a step of the release finds its object with a value that it does not know',
    to: releases.stepped,
    seed: ({ api }) =>
      api.create(`/api/v1/namespaces/${shop}/configmaps`, {
        metadata: { name: 'engine' },
        data: { compatibility: '4.0' },
      }),
    expects: { state: 'block', object: `ConfigMap ${shop}/engine`, evidence: '4.0', remedy: '' },
    remedy: ({ api }) => api.merge(`/api/v1/namespaces/${shop}/configmaps/engine`, { data: { compatibility: '5.0' } }),
    done: 'it is brought to the value that the step begins at',
    clean: ({ api }) => api.delete(`/api/v1/namespaces/${shop}/configmaps/engine`),
  },
  {
    check: 'backup-writable',
    fault: 'something lies where backups go',
    async seed({ platform }) {
      const folder = join(platform.folder, 'data', 'backups');
      try {
        renameSync(folder, `${folder}.before`);
      } catch {
        // There was none yet.
      }
      writeFileSync(folder, 'not a folder');
    },
    expects: { state: 'unknown', object: 'backups', evidence: /EEXIST|file already exists|not a folder/, remedy: '' },
    async remedy({ platform }) {
      rmSync(join(platform.folder, 'data', 'backups'));
    },
    done: 'it is removed',
  },
];
