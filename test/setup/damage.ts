import { generateKeyPair, sign, startPrehash } from '@sealift/bundle/minisign';
import type { SeededRandom } from './random.ts';
import { type TarMember, tarMembers, withContent } from './tar-members.ts';

export const stubBytes = 65_536;

/** A bundle in memory, and another genuine one by the same vendor to take parts from. */
export interface DamageInput {
  readonly bytes: Buffer;
  readonly other: Buffer;
}

/** A bundle that is no longer what was signed. */
export interface Damaged {
  /** What was done, and where; enough to do it again. */
  readonly what: string;
  /** The first byte that differs, or the length where it ends: below `stubBytes` the program at the head is damaged itself. */
  readonly at: number;
  readonly bytes: Buffer;
}

interface Site extends DamageInput {
  readonly members: readonly TarMember[];
  readonly random: SeededRandom;
}

type Change = (site: Site) => readonly [what: string, bytes: Buffer];

const manifestName = 'bundle.json';
const signatureName = 'bundle.json.minisig';

/** Ways to damage a bundle, and how often each is tried of two thousand. */
export const damages = {
  'bit in the stub': { times: 250, change: (site) => flipBetween(site, 0, stubBytes) },
  'bit in the manifest': { times: 200, change: (site) => flipInMember(site, manifestName) },
  'bit in the signature': { times: 120, change: (site) => flipInMember(site, signatureName) },
  'bit in a header': {
    times: 200,
    change: (site) => {
      const { start } = site.random.pick(site.members);
      return flipBetween(site, start, start + 512);
    },
  },
  'bit in padding': {
    times: 150,
    change: (site) => {
      const padded = site.members.filter(({ contentEnd, end }) => end > contentEnd);
      const { contentEnd, end } = site.random.pick(padded);
      return flipBetween(site, contentEnd, end);
    },
  },
  'bit in a file': {
    times: 400,
    change: (site) => {
      const { contentStart, contentEnd } = site.random.pick(site.members.slice(2));
      return flipBetween(site, contentStart, contentEnd);
    },
  },
  'bit in the end of the tar': {
    times: 80,
    change: (site) => flipBetween(site, site.bytes.length - 1024, site.bytes.length),
  },
  'cut anywhere': {
    times: 150,
    change: ({ bytes, random }) => {
      const length = random.below(bytes.length);
      return [`cut to ${length} bytes`, bytes.subarray(0, length)];
    },
  },
  'cut near the end': {
    times: 50,
    change: ({ bytes, random }) => {
      const length = bytes.length - 1 - random.below(3000);
      return [`cut to ${length} bytes`, bytes.subarray(0, length)];
    },
  },
  'bytes appended': {
    times: 120,
    change: ({ bytes, random }) => {
      const length = 1 + random.below(20_480);
      const tail = random.pick([Buffer.alloc(length), random.bytes(length), bytes.subarray(-length)]);
      return [`${length} bytes appended`, Buffer.concat([bytes, tail])];
    },
  },
  'contents exchanged': { times: 60, change: exchangeContents },
  'files exchanged': {
    times: 60,
    change: (site) => {
      const [first, second] = pickTwo(site, site.members);
      const order = site.members.map((member) => (member === first ? second : member === second ? first : member));
      return [`${first.path} and ${second.path} exchanged`, rebuilt(site, order)];
    },
  },
  'file left out, doubled or added': { times: 40, change: leaveOutDoubleOrAdd },
  'stub replaced': { times: 40, change: replaceStub },
  'index.json edited': { times: 30, change: (site) => editJson(site, 'index.json') },
  'oci-layout edited': { times: 10, change: (site) => editJson(site, 'oci-layout') },
  'signed again by a stranger': { times: 20, change: signByStranger },
  'signature of another bundle': {
    times: 20,
    change: (site) => {
      const names = site.random.pick([[signatureName], [manifestName, signatureName]]);
      const theirs = tarMembers(site.other, stubBytes).filter(({ path }) => names.includes(path));
      const parts = site.members.map((member) => {
        const replacement = theirs.find(({ path }) => path === member.path);
        return replacement === undefined ? whole(site.bytes, member) : whole(site.other, replacement);
      });
      return [`${names.join(' and ')} of another bundle`, assembled(site, parts)];
    },
  },
} as const satisfies Readonly<Record<string, { readonly times: number; readonly change: Change }>>;

export type DamageKind = keyof typeof damages;
export const damageKinds = Object.keys(damages) as readonly DamageKind[];

/** Damages a copy of the bundle in one way, somewhere at random. */
export function damage(kind: DamageKind, input: DamageInput, random: SeededRandom): Damaged {
  const site = { ...input, random, members: tarMembers(input.bytes, stubBytes) };
  const [what, bytes] = damages[kind].change(site);
  const at = firstDifference(input.bytes, bytes);
  if (at === undefined) throw new Error(`${kind}: ${what} changed nothing`);
  return { what: `${kind}: ${what}`, at, bytes };
}

function firstDifference(a: Buffer, b: Buffer): number | undefined {
  const shared = Math.min(a.length, b.length);
  const step = 64 * 1024;
  for (let start = 0; start < shared; start += step) {
    const end = Math.min(start + step, shared);
    if (a.compare(b, start, end, start, end) === 0) continue;
    for (let at = start; at < end; at += 1) if (a[at] !== b[at]) return at;
  }
  return a.length === b.length ? undefined : shared;
}

function flipBetween({ bytes, random }: Site, start: number, end: number): readonly [string, Buffer] {
  const [at, bit] = [start + random.below(end - start), random.below(8)];
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ (1 << bit), at);
  return [`bit ${bit} of byte ${at}`, copy];
}

function flipInMember(site: Site, path: string): readonly [string, Buffer] {
  const { start, end } = memberOf(site, path);
  return flipBetween(site, start, end);
}

function exchangeContents(site: Site): readonly [string, Buffer] {
  const { bytes, random, members } = site;
  const files = members.slice(2);
  const first = random.pick(files);
  const others = files.filter((one) => !contentOf(bytes, one).equals(contentOf(bytes, first)));
  const sameSize = others.filter((one) => one.contentEnd - one.contentStart === first.contentEnd - first.contentStart);
  const second = random.pick(sameSize.length > 0 ? sameSize : others);
  const parts = members.map((member) => {
    const source = member === first ? second : member === second ? first : undefined;
    return source === undefined ? whole(bytes, member) : withContent(bytes, member, contentOf(bytes, source));
  });
  return [`contents of ${first.path} and ${second.path}`, assembled(site, parts)];
}

function leaveOutDoubleOrAdd(site: Site): readonly [string, Buffer] {
  const { bytes, random, members } = site;
  const victim = random.pick(members);
  const stranger = withContent(bytes, victim, random.bytes(100));
  const [what, replacement] = random.pick<readonly [string, readonly Buffer[]]>([
    ['left out', []],
    ['there twice', [whole(bytes, victim), whole(bytes, victim)]],
    ['behind another of its name', [stranger, whole(bytes, victim)]],
  ]);
  const parts = members.flatMap((member) => (member === victim ? replacement : [whole(bytes, member)]));
  return [`${victim.path} ${what}`, assembled(site, parts)];
}

function replaceStub({ bytes, other, random }: Site): readonly [string, Buffer] {
  const rest = bytes.subarray(stubBytes);
  const text = bytes.toString('latin1', 0, stubBytes);
  const replace = (what: string, stub: string): readonly [string, Buffer] => [
    what,
    Buffer.concat([Buffer.from(stub.slice(0, stubBytes).padEnd(stubBytes, '\n'), 'latin1'), rest]),
  ];
  return random.pick([
    () => replace('by that of another bundle', other.toString('latin1', 0, stubBytes)),
    () => replace('by one that does nothing', '#!/bin/sh\nexit 3\n'),
    () =>
      replace(
        'with another hash in it',
        text.replace(/sha256=[0-9a-f]{4}/, `sha256=${random.bytes(2).toString('hex')}`),
      ),
    () => replace('with another title', text.replaceAll('Airgap Setup', `Airgap Setup ${random.below(1000)}`)),
    () => replace('with a space behind its end', `${text.trimEnd()}\n${' '.repeat(1 + random.below(100))}`),
  ])();
}

/** Changes one letter or digit of a file inside and leaves the rest, as someone does who cannot sign. */
function editJson(site: Site, path: string): readonly [string, Buffer] {
  const member = memberOf(site, path);
  const content = Buffer.from(contentOf(site.bytes, member));
  const places = [...content.toString('latin1').matchAll(/[a-z0-9]/g)].map(({ index }) => index);
  const at = site.random.pick(places);
  content.writeUInt8(content.readUInt8(at) === 0x37 ? 0x38 : 0x37, at);
  const edited = withContent(site.bytes, member, content);
  const parts = site.members.map((one) => (one === member ? edited : whole(site.bytes, one)));
  return [`letter ${at}`, assembled(site, parts)];
}

/** A manifest that fits the file, signed by a key that nobody trusts, which names itself or the vendor's key. */
function signByStranger(site: Site): readonly [string, Buffer] {
  const stranger = generateKeyPair();
  const manifest = memberOf(site, manifestName);
  const text = contentOf(site.bytes, manifest);
  const theirs = sign(stranger, startPrehash().update(text), 'release Harborview 4.2.13');
  const genuine = contentOf(site.bytes, memberOf(site, signatureName)).toString('latin1');
  const [what, signature] = site.random.pick<readonly [string, string]>([
    ['with its own comment', theirs],
    [
      "with the vendor's comment",
      genuine
        .split('\n')
        .with(1, theirs.split('\n')[1] ?? '')
        .join('\n'),
    ],
  ]);
  const parts = site.members.map((member) =>
    member.path === signatureName ? withContent(site.bytes, member, Buffer.from(signature)) : whole(site.bytes, member),
  );
  return [what, assembled(site, parts)];
}

function pickTwo(site: Site, members: readonly TarMember[]): readonly [TarMember, TarMember] {
  const first = site.random.pick(members);
  return [first, site.random.pick(members.filter((member) => member !== first))];
}

function memberOf({ members }: Site, path: string): TarMember {
  const found = members.find((member) => member.path === path);
  if (found === undefined) throw new Error(`the bundle has no ${path}`);
  return found;
}

function contentOf(bytes: Buffer, { contentStart, contentEnd }: TarMember): Buffer {
  return bytes.subarray(contentStart, contentEnd);
}

function whole(bytes: Buffer, { start, end }: TarMember): Buffer {
  return bytes.subarray(start, end);
}

function rebuilt(site: Site, order: readonly TarMember[]): Buffer {
  return assembled(
    site,
    order.map((member) => whole(site.bytes, member)),
  );
}

/** Stub and end of the bundle, with these members between them. */
function assembled({ bytes, members }: Site, parts: readonly Buffer[]): Buffer {
  return Buffer.concat([bytes.subarray(0, stubBytes), ...parts, bytes.subarray(members.at(-1)?.end ?? stubBytes)]);
}
