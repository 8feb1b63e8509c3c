import { z } from 'zod';
import { SealiftError } from '../errors/index.ts';
import { findDotted } from './dotted-path.ts';
import { adapt } from './layout.ts';
import { parseText } from './parse.ts';
import { layoutOf, leadOf, mainOf, newlineOf, piece } from './pieces.ts';
import { TrackedText } from './tracked-text.ts';
import type { BlockNode, Entry, TreeNode } from './tree.ts';
import { Values } from './values.ts';

/** One choice that a pack offers, from its `presets.yaml`: what it takes out of the values and what it puts in. */
export const presetSchema = z.object({
  name: z.string().min(1).max(200),
  displayName: z.string().max(500).optional(),
  group: z.string().max(200).default(''),
  remove: z.array(z.string().max(1000)).max(1000).nullish(),
  add: z.string().max(1_000_000).nullish(),
});
export type Preset = z.infer<typeof presetSchema>;
const presetsFileSchema = z.object({ presets: z.array(presetSchema).max(500).nullish() });

/** A preset as the first comment of values names it: `Group:name`. */
export interface EnabledPreset {
  readonly group: string;
  readonly name: string;
}

const marker = /^\uFEFF?[ \t]*#[ \t]*spectrocloud\.com\/enabled-presets:[ \t]*([^\r\n]*)/m;

/**
 * Reads a pack's `presets.yaml`.
 *
 * @throws SealiftError MERGE_YAML_INVALID, INPUT_INVALID
 */
export function readPresets(text: string): readonly Preset[] {
  const tree = parseText(text, 'presets.yaml');
  const plain = new Values([tree]).plain(tree.documents[0]?.root.yaml ?? null);
  const read = presetsFileSchema.safeParse(plain ?? {});
  if (read.success) return read.data.presets ?? [];
  throw new SealiftError('INPUT_INVALID', {
    place: 'presets.yaml',
    values: { what: 'presets.yaml', reason: z.prettifyError(read.error) },
  });
}

/** The presets that a text's `# spectrocloud.com/enabled-presets:` comment names. */
export function enabledPresets(text: string): readonly EnabledPreset[] {
  const list = marker.exec(text)?.[1] ?? '';
  return list
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map((item) => {
      const colon = item.lastIndexOf(':');
      return { group: item.slice(0, Math.max(0, colon)).trim(), name: item.slice(colon + 1).trim() };
    });
}

/**
 * Default values as they read with the site's presets switched on: what a preset changes is then no customisation. Presets
 * that the defaults have on already, and presets that the pack does not know, change nothing.
 */
export function applyPresets(text: string, presets: readonly Preset[], enabled: readonly EnabledPreset[]): TrackedText {
  const already = enabledPresets(text);
  const same = (a: EnabledPreset, b: EnabledPreset): boolean => a.group === b.group && a.name === b.name;
  let tracked = new TrackedText(text);
  for (const chosen of enabled) {
    if (already.some((other) => same(chosen, other))) continue;
    const preset = presets.find((candidate) => same(chosen, { group: candidate.group, name: candidate.name }));
    if (preset === undefined) continue;
    for (const path of preset.remove ?? []) tracked = removePath(tracked, path);
    if (typeof preset.add === 'string' && preset.add.trim() !== '') tracked = addValues(tracked, preset);
  }
  return tracked;
}

function removePath(tracked: TrackedText, path: string): TrackedText {
  const entry = findDotted(parseText(tracked.text, 'the values'), path);
  if (entry === undefined || entry.node.style === 'flow' || entry.note !== undefined) return tracked;
  if (entry.lineStart === entry.head) return tracked;
  return tracked.apply({ start: entry.from, end: entry.to, text: '' });
}

function addValues(tracked: TrackedText, preset: Preset): TrackedText {
  const added = parseText(preset.add ?? '', `preset ${preset.name}`).documents[0]?.root;
  const host = parseText(tracked.text, 'the values');
  const values = new Values([host]);
  const root = host.documents[0]?.root;
  if (added === undefined || root === undefined || !isBlockMap(added)) return tracked;
  if (!isBlockMap(root)) return tracked;
  const edits: { start: number; end: number; text: string }[] = [];
  putMembers(root, added, values, edits);
  edits.sort((a, b) => b.start - a.start);
  let changed = tracked;
  for (const edit of edits) changed = changed.apply(edit);
  return changed;
}

function isBlockMap(node: TreeNode): node is BlockNode {
  return node.kind === 'map' && node.style === 'block';
}

function putMembers(
  host: BlockNode,
  added: BlockNode,
  values: Values,
  edits: { start: number; end: number; text: string }[],
): void {
  const fresh: Entry[] = [];
  for (const entry of added.entries) {
    const present = host.byKey.get(entry.key);
    if (present === undefined) fresh.push(entry);
    else if (isBlockMap(present.node) && isBlockMap(entry.node)) putMembers(present.node, entry.node, values, edits);
    else if (!values.same(present.node, entry.node)) {
      const rest = adapt(piece(entry, entry.separatorEnd, entry.to), layoutOf(present));
      const newline = newlineOf(layoutOf(present));
      edits.push({
        start: present.separatorEnd,
        end: present.to,
        text: rest.endsWith('\n') ? rest : `${rest}${newline}`,
      });
    }
  }
  if (fresh.length === 0) return;
  const target = { indent: host.entryIndent, lineEnding: host.source.lineEnding };
  const newline = newlineOf(target);
  const at = host.tailStart;
  const text = fresh.map((entry) => {
    const lead = leadOf(entry);
    const main = adapt(mainOf(entry), target);
    return `${lead === undefined ? '' : adapt(lead, target)}${' '.repeat(target.indent)}${main}${main.endsWith('\n') ? '' : newline}`;
  });
  const start = at === 0 || host.source.text[at - 1] === '\n' ? '' : newline;
  edits.push({ start: at, end: at, text: start + text.join('') });
}
