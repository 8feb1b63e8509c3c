import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lifecycle, next, type UpgradeEvent, upgradeStates } from '../upgrade/index.ts';
import { cloudEvent } from './cloud-event.ts';
import { mailText } from './mail-text.ts';
import { newsOfBackup, newsOfReleases, newsOfState, type Notification, notificationSchema } from './notification.ts';

const upgrade = { id: 'u1', product: 'Harborview', from: '4.2.12', to: '4.2.13' };
const transitions = upgradeStates.flatMap((before) =>
  (Object.keys(lifecycle[before].on) as UpgradeEvent[]).map((event) => ({ before, event, after: next(before, event) })),
);
const sent = (news: object): Notification =>
  notificationSchema.parse({ id: '6d8f5a0e-0000-4000-8000-000000000001', at: '2026-11-29T12:00:00.000Z', ...news });

describe('what is told of an upgrade', () => {
  it('is told of each end, each stop and each beginning, once', () => {
    const kindOf = (before: (typeof upgradeStates)[number], event: UpgradeEvent) =>
      newsOfState(upgrade, { before, after: next(before, event) })?.kind ?? null;
    expect(kindOf('draft', 'confirm')).toBeNull();
    expect(kindOf('ready', 'take-up')).toBe('upgrade.started');
    expect(kindOf('paused', 'resume')).toBeNull();
    expect(kindOf('needs-human', 'resume')).toBeNull();
    expect(kindOf('running', 'turn-back')).toBe('upgrade.rolling-back');
    expect(kindOf('rollback-paused', 'resume')).toBeNull();
    expect(kindOf('aborted', 'rollback')).toBe('upgrade.rolling-back');
    for (const { before, event, after } of transitions) {
      const mustBeTold = lifecycle[after].ended || lifecycle[after].needsPerson;
      if (mustBeTold) expect([before, event, kindOf(before, event)]).not.toContain(null);
    }
  });

  it('fits what is stored and holds no secret, whatever a person or a program says', () => {
    fc.assert(
      fc.property(fc.constantFrom(...transitions), fc.string({ maxLength: 3000 }), ({ before, after }, reason) => {
        const news = newsOfState(upgrade, { before, after, by: reason, reason });
        if (news !== null) expect(notificationSchema.safeParse(sent(news)).success).toBe(true);
      }),
    );
    const news = newsOfState(upgrade, {
      before: 'running',
      after: 'needs-human',
      reason: 'login failed: password=hunter2 at https://ann:hunter2@db',
    });
    expect(JSON.stringify([news, newsOfBackup('schedule', 'secretKey: hunter2')])).not.toContain('hunter2');
  });
});

describe('a notification', () => {
  it('of many releases names some and counts all', () => {
    const many = Array.from({ length: 200 }, (_, index) => ({ product: 'Harborview', version: `4.2.${index}` }));
    const { summary, facts } = sent(newsOfReleases(many));
    expect([summary, facts['count'], (facts['releases'] as string[]).length]).toEqual([
      '200 releases are in the catalogue',
      200,
      50,
    ]);
  });

  it('is an event whose link leads to where it is seen, where it is known how people reach the console', () => {
    const news = newsOfState(upgrade, { before: 'running', after: 'needs-human', by: 'ann', reason: 'no space' });
    expect(cloudEvent(sent(news ?? {}), 'https://console.example')).toEqual({
      specversion: '1.0',
      id: '6d8f5a0e-0000-4000-8000-000000000001',
      source: 'https://console.example',
      type: 'dev.sealift.upgrade.needs-person',
      time: '2026-11-29T12:00:00.000Z',
      subject: 'u1',
      datacontenttype: 'application/json',
      data: {
        summary: 'Upgrade of Harborview from 4.2.12 to 4.2.13: needs a person',
        link: 'https://console.example/updates/u1',
        upgrade: 'u1',
        product: 'Harborview',
        from: '4.2.12',
        to: '4.2.13',
        state: 'needs-human',
        by: 'ann',
        reason: 'no space',
      },
    });
    expect(cloudEvent(sent(news ?? {}), null)).toMatchObject({ source: 'urn:sealift:console', data: { link: null } });
  });

  it('has a subject of one line as a mail', () => {
    const { subject, text } = mailText(sent(newsOfBackup('schedule\r\nBcc: all@example.org', 'no space\nleft')), null);
    expect(subject).toBe('[Sealift] Backup failed: A backup was not made');
    expect(text).toContain('reason: no space\nleft');
    const odd = newsOfReleases([{ product: 'A\r\nBcc: all@example.org', version: '1' }]);
    expect(mailText(sent(odd), null).subject).not.toMatch(/[\r\n]/);
  });
});
