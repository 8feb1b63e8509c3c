import type { FaultCase } from '../fault-case.ts';
import { commandIn } from '../printed-command.ts';
import { releases } from '../site/offered.ts';
import type { PreflightSite } from '../site/preflight-site.ts';
import { SampleGateway } from '../site/sample-gateway.ts';

const removed = (name: string) => (site: PreflightSite) => site.sealift('gateways', 'remove', name);

/** Gateways at other places. */
export const gatewayCases: readonly FaultCase[] = [
  {
    check: 'gateways',
    fault: 'a gateway that is too old was never heard of since it registered',
    to: releases.withGateway,
    seed: (site) => SampleGateway.register(site, 'oslo-1', '0.9.0'),
    expects: {
      state: 'block',
      object: 'Gateway oslo-1',
      evidence: 'runs 0.9.0 and cannot upgrade itself: it was never heard of since it registered',
      remedy: 'sealift gateways remove oslo-1',
    },
    remedy: (site, { items }) => site.sealift(...commandIn(items?.[0]?.remedy ?? '', 'gateways remove')),
    done: '`sealift gateways remove` is run',
  },
  {
    check: 'gateways',
    fault: 'a gateway that is too old is paused',
    to: releases.withGateway,
    async seed(site) {
      await (await SampleGateway.register(site, 'oslo-2', '0.9.0')).report('0.9.0');
      await site.sealift('gateways', 'pause', 'oslo-2', '--reason', 'a move');
    },
    expects: {
      state: 'block',
      object: 'Gateway oslo-2',
      evidence: 'runs 0.9.0, older than 1.0.0, and is paused',
      remedy: 'Let it go on with `sealift gateways resume',
    },
    remedy: (site, { items }) => site.sealift(...commandIn(items?.[0]?.remedy ?? '', 'gateways resume')),
    done: '`sealift gateways resume` is run',
    clean: removed('oslo-2'),
  },
  {
    check: 'gateways',
    fault: 'the release brings nothing for the platform of a gateway that is too old',
    to: releases.withoutExecutable,
    async seed(site) {
      await (await SampleGateway.register(site, 'oslo-3', '0.9.0')).report('0.9.0');
    },
    expects: {
      state: 'block',
      object: 'Gateway oslo-3',
      evidence: 'the release brings no newer executable for its platform',
      remedy: 'sealift gateways remove oslo-3',
    },
    remedy: (site, { items }) => site.sealift(...commandIn(items?.[0]?.remedy ?? '', 'gateways remove')),
    done: '`sealift gateways remove` is run',
  },
];
