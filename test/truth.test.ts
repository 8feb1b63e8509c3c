import { peer } from '@sealift/testkit/peers';
import { describe, expect, it } from 'vitest';
import { sampleOfTruth, toldOf } from './setup/truth/sample.ts';

const chromium = peer('chromium');

describe.skipIf(chromium.missing)(`what the pages state during an upgrade with faults (${chromium.remedy})`, () => {
  it('was true a moment ago, or is called unknown since it was', { timeout: 240_000 }, async () => {
    const watched = await sampleOfTruth(chromium.path);
    const { verdicts } = watched;
    console.info(toldOf(watched));
    expect(verdicts.filter(({ is }) => is === 'false')).toEqual([]);
    // Neither is all the answer of any page.
    for (const page of ['progress', '/cluster/nodes', '/cluster/overview', '/'])
      for (const is of ['equal', 'unknown'])
        expect([page, is, verdicts.some((one) => one.page === page && one.is === is)]).toEqual([page, is, true]);
  });
});
