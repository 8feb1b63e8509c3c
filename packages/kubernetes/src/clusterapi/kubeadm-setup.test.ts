import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Members, mergePatchOf } from '../objects/merge-patch.ts';
import { applyPatch } from '../objects/testing/apply-patch.ts';
import { settingsIn } from './kubeadm-config.ts';
import {
  argumentSettings,
  commandSettings,
  fileSettings,
  type KubeadmSettings,
  nameSettings,
  volumeSettings,
} from './kubeadm-settings.ts';
import { type ArgumentForm, digestOfSettings, setUp } from './kubeadm-setup.ts';

const name = fc.constantFrom('one', 'two', 'three');
const value = fc.constantFrom('1', '2', 'true');
const argumentsFor = (form: ArgumentForm) =>
  fc
    .dictionary(name, value, { minKeys: 1, maxKeys: 3, noNullPrototype: true })
    .map((map) => (form === 'map' ? map : Object.entries(map).map(([one, given]) => ({ name: one, value: given }))));
const texts = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 });
const files = fc.uniqueArray(
  fc.record({
    path: fc.constantFrom('/a', '/b'),
    content: fc.constantFrom('x', 'y'),
    owner: fc.constantFrom('root:root', 'a:a'),
  }),
  { minLength: 1, maxLength: 2, selector: ({ path }) => path },
);
const volume = { name: 'audit', hostPath: '/var', mountPath: '/var' };
const some = <Value>(of: fc.Arbitrary<Value>) => fc.option(of, { nil: undefined });
const whole = (record: Members): Members =>
  Object.fromEntries(Object.entries(record).filter(([, one]) => one !== undefined));
const configFor = (form: ArgumentForm): fc.Arbitrary<Members> => {
  const component = fc
    .record(
      { extraArgs: argumentsFor(form), extraVolumes: fc.constant([volume]), certSANs: texts },
      { requiredKeys: ['extraArgs'] },
    )
    .map(whole);
  return fc
    .record({
      format: some(fc.constant('cloud-config')),
      clusterConfiguration: some(
        fc.record({ dns: fc.constant({ imageTag: 'v1' }), apiServer: component }, { requiredKeys: ['dns'] }),
      ),
      joinConfiguration: some(
        argumentsFor(form).map((kubeletExtraArgs) => ({ nodeRegistration: { kubeletExtraArgs } })),
      ),
      files: some(files),
      preKubeadmCommands: some(texts),
    })
    .map(whole);
};
const asked: fc.Arbitrary<KubeadmSettings> = fc
  .record({
    apiServer: fc.dictionary(name, value, { maxKeys: 3 }),
    etcd: fc.dictionary(name, value, { maxKeys: 1 }),
    kubelet: fc.dictionary(name, value, { maxKeys: 2 }),
    volumes: fc.array(fc.constant({ ...volume, hostPath: '/other' }), { maxLength: 1 }),
    names: fc.uniqueArray(fc.constantFrom('a', 'd')),
    files: fc.constantFrom([], [{ path: '/a', content: 'z' }], [{ path: '/c', content: 'z', permissions: '0600' }]),
    commands: fc.uniqueArray(fc.constantFrom('b', 'd', 'e')),
  })
  .map(
    (one) =>
      new Map([
        ...argumentSettings('apiServer.extraArgs', false, listed(one.apiServer)),
        ...argumentSettings('etcd.local.extraArgs', false, listed(one.etcd)),
        ...argumentSettings('kubeletExtraArgs', true, listed(one.kubelet)),
        ...volumeSettings('apiServer.extraVolumes', one.volumes),
        ...nameSettings('apiServer.certSANs', one.names),
        ...fileSettings(one.files),
        ...commandSettings('preKubeadmCommands', one.commands),
      ]),
  );

function listed(map: Readonly<Record<string, string>>): ReadonlyMap<string, readonly string[]> {
  return new Map(Object.entries(map).map(([key, given]) => [key, [given]]));
}

function valuesOf(settings: KubeadmSettings): ReadonlyMap<string, string> {
  return new Map([...settings].map(([key, one]) => [key, one.value]));
}

describe.each(['map', 'list'] as const)('settings that are written where arguments are a %s', (form) => {
  const nothing = new Set<string>();

  it('are there afterwards with all that nobody named, and writing them again changes nothing', () => {
    fc.assert(
      fc.property(configFor(form), asked, (before, wanted) => {
        const { config, own } = setUp(before, wanted, nothing, form);
        const after = applyPatch(before, mergePatchOf(before, config) ?? {});
        expect(after).toEqual(config);
        expect(valuesOf(settingsIn(after))).toEqual(new Map([...valuesOf(settingsIn(before)), ...valuesOf(wanted)]));
        expect(setUp(after, wanted, new Set(own), form)).toEqual({ config: after, own });
      }),
    );
  });

  it('give back what was before once nobody asks for them any more, where they took nothing’s place', () => {
    fc.assert(
      fc.property(configFor(form), asked, (before, all) => {
        const there = settingsIn(before);
        // What stood there already was not ours, and what it is replaced by is lost.
        const wanted = new Map([...all].filter(([key]) => !there.has(key)));
        const { config, own } = setUp(before, wanted, nothing, form);
        expect(setUp(config, new Map(), new Set(own), form)).toEqual({ config: before, own: [] });
        // Without the record they are somebody's.
        expect(setUp(config, new Map(), nothing, form).config).toEqual(config);
      }),
    );
  });

  it('stay where somebody changed them since, and are told apart by their values', () => {
    const wanted = new Map(argumentSettings('apiServer.extraArgs', false, listed({ profiling: 'false' })));
    const { config, own } = setUp({}, wanted, nothing, form);
    const other = setUp(
      config,
      new Map(argumentSettings('apiServer.extraArgs', false, listed({ profiling: 'true' }))),
      nothing,
      form,
    );
    expect(setUp(other.config, new Map(), new Set(own), form).config).toEqual(other.config);
    expect(digestOfSettings(settingsIn(other.config))).not.toBe(digestOfSettings(wanted));
  });

  it('are not taken away with a part of the values that can not be read, nor written over what nobody knows', () => {
    const wanted = new Map(fileSettings([{ path: '/a', content: 'x' }]));
    const { config, own } = setUp({}, wanted, nothing, form);
    const unread = new Map([['files', { place: 'files', value: '', everywhere: true, untold: 'it is odd' }]]);
    expect(setUp(config, unread, new Set(own), form).config).toEqual(config);
    const secret = { files: [{ path: '/a', contentFrom: { secret: { name: 's', key: 'k' } } }] };
    expect(setUp(secret, wanted, nothing, form)).toEqual({ config: secret, own: [] });
  });
});

it('commands follow each other as they are asked for, behind those of others', () => {
  const before = { preKubeadmCommands: ['own', 'mkdir /a'] };
  const wanted = new Map(commandSettings('preKubeadmCommands', ['mkdir /a', 'chmod 700 /a']));
  expect(setUp(before, wanted, new Set(), 'list').config).toEqual({
    preKubeadmCommands: ['own', 'mkdir /a', 'chmod 700 /a'],
  });
});

it('a name with several values is written to a list, and left out of a map', () => {
  const wanted = new Map(argumentSettings('apiServer.extraArgs', false, new Map([['a', ['1', '2']]])));
  expect(setUp({}, wanted, new Set(), 'map').config).toEqual({});
  const extraArgs = [
    { name: 'a', value: '1' },
    { name: 'a', value: '2' },
  ];
  expect(setUp({}, wanted, new Set(), 'list').config).toEqual({ clusterConfiguration: { apiServer: { extraArgs } } });
});
