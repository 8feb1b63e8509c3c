import { otherNameCertificate } from '@sealift/testkit/certificates';
import type { FaultCase } from '../fault-case.ts';
import { releases } from '../site/offered.ts';
import { shop } from '../site/releases.ts';
import { edit, merged } from './edit-values.ts';

const certificate = `/api/v1/namespaces/${shop}/secrets/app-tls`;
const encoded = (text: string): string => Buffer.from(text).toString('base64');

/** Names, addresses and certificates by which people know the platform. */
export const nameCases: readonly FaultCase[] = [
  {
    check: 'names-stay',
    fault: 'values give the platform another name',
    to: releases.valued,
    seed: edit('host', 'new.example.test'),
    expects: {
      state: 'warn',
      object: `Ingress.networking.k8s.io ${shop}/app`,
      evidence: 'does not answer to shop.example.test any more',
      remedy: 'put them into the values of the layer',
      also: ['pasted-texts'],
    },
    remedy: merged,
    done: 'the name of now is put into the values',
  },
  {
    check: 'names-stay',
    fault: 'a certificate that was put in by hand would be replaced',
    to: releases.valued,
    async seed(site) {
      await site.keep(certificate);
      await site.api.merge(`${certificate}?fieldManager=kubectl-edit`, {
        data: { 'tls.crt': encoded(otherNameCertificate) },
      });
    },
    expects: {
      state: 'block',
      object: `Secret ${shop}/app-tls`,
      evidence: /its certificate is replaced: .* though kubectl-edit has set it/,
      remedy: 'Put the certificate into the values of the layer',
      also: ['layers-can-be-applied', 'layers-unchanged'],
    },
    remedy: edit('certificate', encoded(otherNameCertificate)),
    done: 'the certificate is put into the values',
    // What somebody changed by hand is still told of.
    stays: ['layers-unchanged', 'pasted-texts'],
    async clean(site) {
      await merged(site);
      await site.restore(certificate);
    },
  },
  {
    check: 'names-stay',
    fault: 'the release does not bring the ingress any more, nor the certificate that it shows',
    to: releases.nameless,
    seed: async () => undefined,
    expects: {
      state: 'warn',
      object: `Ingress.networking.k8s.io ${shop}/app`,
      evidence: 'goes, and with it shop.example.test',
      remedy: 'put them into the values of the layer',
    },
    remedy: (site) => site.draft(releases.valued),
    done: 'a release is chosen whose values have the name',
  },
  {
    check: 'names-stay',
    fault: 'a load balancer comes that has no name yet',
    to: releases.loadBalancer,
    seed: async () => undefined,
    expects: {
      state: 'warn',
      object: `Service ${shop}/front`,
      evidence: 'gets an address of a load balancer, which is new',
      remedy: 'Let names that people use lead to its address (DNS) once it has one',
    },
    // Its address is not known before it is there.
    async remedy({ api }) {
      await api.create(`/api/v1/namespaces/${shop}/services`, {
        metadata: { name: 'front' },
        spec: { type: 'LoadBalancer', ports: [{ port: 443 }] },
      });
    },
    done: 'the load balancer is made before, so that names can lead to it',
    stays: ['layers-can-be-applied'],
    clean: ({ api }) => api.delete(`/api/v1/namespaces/${shop}/services/front`),
  },
];
